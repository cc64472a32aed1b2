// A request head as the phases look at it, without a socket.

public import Access
import Authorizations
public import Formats
public import HTTP
public import ManagementAPI

/// Valid while the bytes that were decoded stand where they are: during one call.
public struct RequestView {
  /// The head, beginning with its first byte.
  public let bytes: UnsafeRawBufferPointer
  public let head: RequestHeadDecoder
  public let client: Client

  /// - Parameter head: has decoded `bytes`.
  public init(bytes: UnsafeRawBufferPointer, head: RequestHeadDecoder, client: Client) {
    self.bytes = bytes
    self.head = head
    self.client = client
  }

  /// As it came, without the query.
  public var path: UnsafeRawBufferPointer { bytes[bytes: head.path] }
  var target: UnsafeRawBufferPointer { bytes[bytes: head.target] }

  /// The value of the first field of this name, without surrounding blanks.
  public func value(_ name: FieldName) -> UnsafeRawBufferPointer? { head.value(of: name).map { bytes[bytes: $0] } }

  /// See `RequestHeadDecoder`.
  var isCrossSite: Bool { head.isCrossSite(bytes) }

  /// A body of zero bytes is no body, whatever the fields say of it.
  public var hasBody: Bool { head.framing != .none && head.framing != .length(0) }
}

/// Who is at the other end of a downstream connection, the same for all its requests.
public struct Client {
  /// Numeric.
  public let address: String
  public let source: SourceAddress
  /// Stands for `source` where connections to the upstream are shared out.
  public let sourceKey: Int
  public let isTLS: Bool
  public let services: Services

  public init(address: String, isTLS: Bool, services: Services) {
    self.address = address
    let source = SourceAddress(address)
    self.source = source
    sourceKey = source.hashValue
    self.isTLS = isTLS
    self.services = services
  }

  var hop: Hop { Hop(clientAddress: address, isTLS: isTLS) }
}

/// What a listener serves.
public struct Services: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let data = Services(rawValue: 1)
  public static let management = Services(rawValue: 2)
}

/// What the record of an exchange will say of the decision.
public struct DecisionNotes {
  public var login = ""
  /// The login or token that was let in.
  public var holder: Identifier?
  /// Whether that was by the password that was replaced and is let in for a while.
  public var usesPreviousPassword = false
  public var database = ""
  public var reason = ""

  public init() {}
}

/// What the phases before forwarding come to.
public enum Verdict {
  case forward(UpstreamRequest)
  case answer(LocalAnswer)
  case refuse(Refusal)
  /// Decide again once the whole body, of at most so many bytes, is there.
  case needsBody(limit: Int)
  /// Decide again once a password has been verified.
  case verify(PendingVerification)
  /// Decide again once the upstream has been asked what it has.
  case ask(DirectoryInquiry)
  case manage(ManagementCall)
}
