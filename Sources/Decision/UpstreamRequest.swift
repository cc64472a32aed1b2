// The request as it will leave for the upstream: rebuilt from parsed values, never from received text.

public import Access
import Formats
public import HTTP

/// Everything of a forwarded request but the fields that describe its body. Immutable, so that a connection may keep it
/// for the next request that is byte for byte the same.
public final class UpstreamRequest {
  public enum Authority {
    /// The gateway's own credential is in `prefix`, by force of this permit.
    case permit(Permit)
    /// The client's own credential goes on as it came; nothing of the gateway's is in it.
    case client
  }

  public let authority: Authority
  public let method: HTTP.Method
  /// With its end. The `Host` field that follows is that of the member whose connection is leased.
  private let line: [UInt8]
  /// The other fields that are the same for every request like it, each with its line end.
  private let prefix: [UInt8]
  /// A body that replaces the client's, or nil where the client's is carried.
  public let body: [UInt8]?
  private let carriage: Carriage
  /// The unknown token that the upstream will judge, for counting what it said.
  public let upstreamToken: UpstreamToken?
  /// Whether the client's end-to-end fields are carried, rather than the few that v1 data needs.
  public let carriesAllFields: Bool
  /// Whether nobody gets a success there without a credential.
  private let provesCredential: Bool

  private let carriesCredential: Bool

  /// A request that gatehouse decided itself, with its own credential. There is no other way to attach that.
  init(_ permitted: PermittedRequest, hop: Hop, settings: GatewaySettings) {
    authority = .permit(permitted.permit)
    let saying = permitted.saying
    // The stronger credential only where the permit itself is one for an administrator.
    let everyday = settings.authorizations.everyday
    let authorization = permitted.permit.needsAdministrator ? settings.authorizations.operators ?? everyday : everyday
    method = saying.line.method
    line = saying.line.bytes
    prefix = Self.prefix(hop, authorization: authorization)
    body = saying.body
    carriage = permitted.carriage
    upstreamToken = nil
    carriesAllFields = false
    provesCredential = true
    carriesCredential = false
  }

  /// A v1 request whose token only the upstream can judge. Nothing of the name beside it is sent.
  ///
  /// - Parameter presented: the client's `Authorization`, which goes on as it came unless the token was a password.
  init(
    _ token: UpstreamToken, presented: UnsafeRawBufferPointer, _ carried: CarriedRequest, hop: Hop,
    settings: GatewaySettings
  ) {
    authority = .client
    let saying = carried.saying
    method = saying.line.method
    line = saying.line.bytes
    prefix = Self.prefix(
      hop, authorization: token.isPassword ? Array("Token ".utf8) + token.text : Array(presented))
    body = saying.body
    carriage = carried.carriage
    upstreamToken = token
    carriesAllFields = false
    provesCredential = true
    carriesCredential = false
  }

  /// Other traffic, with the client's own credential untouched among its fields.
  ///
  /// - Parameters:
  ///   - token: the credential, for counting what the upstream says of it; nil for one that is not counted.
  ///   - provesCredential: whether nobody gets a success there without one.
  ///   - carriesCredential: false for what needs none: then it is left out.
  init(
    passing line: RequestLine, judged token: UpstreamToken?, provesCredential: Bool, hop: Hop,
    settings: GatewaySettings, isRepeatable: Bool, changes: [DirectoryQuestion] = [], carriesCredential: Bool = true
  ) {
    authority = .client
    method = line.method
    self.line = line.bytes
    prefix = Self.prefix(hop, authorization: nil)
    body = nil
    carriage = Carriage(
      maximumBody: settings.limits.writeBytes, isRepeatable: isRepeatable, dependsOnFields: true, changes: changes)
    upstreamToken = token
    carriesAllFields = true
    self.provesCredential = provesCredential
    self.carriesCredential = carriesCredential
  }

  /// Largest client's body, bytes.
  var maximumBody: Int { carriage.maximumBody }
  /// What that body may come to; nil where the upstream unpacks none.
  public var bound: BodyBound? { carriage.bound }
  /// Whether it changes nothing, so that it may be sent a second time after a broken connection.
  public var isRepeatable: Bool { carriage.isRepeatable }
  /// Reads the answer before the client does.
  public var filter: AnswerFilter? { carriage.filter }
  /// Whether no cache may keep the answer.
  public var isUncacheable: Bool { carriage.isUncacheable }
  /// Whether fields beside the credential had a part in the decision.
  var dependsOnFields: Bool { carriage.dependsOnFields }
  /// What to ask the upstream anew before the answer ends.
  public var changes: [DirectoryQuestion] { carriage.changes }
  /// Whether a 403 may mean that Flux is off, rather than that the credential is refused.
  public var mayFindFluxOff: Bool { carriage.mayFindFluxOff }

  private static func prefix(_ hop: Hop, authorization: [UInt8]?) -> [UInt8] {
    var prefix: [UInt8] = []
    prefix.reserveCapacity((authorization?.count ?? 0) + 192)
    hop.append(to: &prefix)
    if let authorization {
      prefix.append("Authorization: ")
      prefix += authorization
      prefix.append("\r\n")
    }
    return prefix
  }

  /// Whether nobody needs the answer once the client has gone.
  public var endsWithClient: Bool { isRepeatable }

  /// Largest body that is taken, bytes as they come: one that is plain comes to what it is.
  public func maximumBody(isInflated: Bool) -> Int {
    guard let bound, case .asEncoded = bound.packing, !isInflated else { return maximumBody }
    return min(maximumBody, bound.limit)
  }

  /// Whether the body is the client's own.
  public var carriesClientBody: Bool { body == nil && maximumBody > 0 }

  /// Whether an answer with `status` accepts or refuses the credential; nil where it says nothing of it, as the page that
  /// 2.x shows everybody: counted, it would clear whoever guesses.
  public func acceptsCredential(_ status: Int) -> Bool? {
    if status == 401 { return false }
    return !carriesAllFields || (provesCredential && (200..<300).contains(status)) ? true : nil
  }

  /// The head's beginning, which waits for a connection to be leased.
  ///
  /// - Parameter host: the `Host` field of the member that it leads to, with its line end.
  public func opening(host: [UInt8]) -> HeadOpening { HeadOpening(line: line, host: host) }

  /// Appends what follows the opening.
  ///
  /// - Parameter framing: of the body that will follow.
  public func writeHead(
    to writer: inout ByteWriter, _ view: RequestView, framing: BodyFraming
  ) {
    writer.append(prefix)
    for field in view.head.fields where carries(field) {
      if carriesAllFields, view.head.endsAtHop(field, in: view.bytes) { continue }
      // The address of a page may hold the credential that the page was asked for with.
      if field.name == .referer, view.bytes[bytes: field.valueRange].contains(UInt8(ascii: "?")) { continue }
      writer.append(view.bytes[bytes: field.nameRange])
      writer.append(": ")
      writer.append(view.bytes[bytes: field.valueRange])
      writer.append("\r\n")
    }
    if body != nil { writer.append("Content-Type: application/x-www-form-urlencoded\r\n") }
    switch framing {
    case .length(let length):
      writer.append("Content-Length: ")
      writer.append(decimal: length)
      writer.append("\r\n\r\n")
    case .chunked: writer.append("Transfer-Encoding: chunked\r\n\r\n")
    case .none, .close: writer.append("\r\n")
    }
  }

  /// On v1 data a list of what may pass, so that no identity, cookie or forwarding field of a client can mean anything.
  private func carries(_ field: Field) -> Bool {
    switch field.name {
    case .accept, .acceptEncoding: filter == nil
    case .userAgent, .xRequestID, .requestID, .traceparent, .tracestate, .zapTraceSpan: true
    // Without a body behind them they could only change how the parameters are read.
    case .contentType, .contentEncoding: carriesClientBody
    case .contentLength, .host, .expect, .via, .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost,
      .underscored, .disguisedFraming:
      false
    case .authorization, .cookie, .proxyAuthorization: carriesAllFields && carriesCredential
    default: carriesAllFields
    }
  }
}

/// A request line of ours: a path that is a constant or was checked, and parameters encoded anew.
struct RequestLine {
  let method: HTTP.Method
  private(set) var bytes: [UInt8]

  init(_ method: HTTP.Method, _ path: StaticString, parameters: CanonicalParameters = CanonicalParameters()) {
    self.method = method
    bytes = []
    bytes.reserveCapacity(parameters.text.count + path.utf8CodeUnitCount + 32)
    bytes.append(method.text)
    bytes.append(UInt8(ascii: " "))
    bytes.append(path)
    if !parameters.text.isEmpty {
      bytes.append(UInt8(ascii: "?"))
      bytes += parameters.text
    }
    bytes.append(" HTTP/1.1\r\n")
  }

  /// A passed-through target, which the head decoder found to be free of blanks, controls and `#`.
  init(_ method: HTTP.Method, methodText: UnsafeRawBufferPointer, target: PassedTarget) {
    self.method = method
    bytes = Array(methodText) + [UInt8(ascii: " ")]
    for byte in target.bytes where byte > 0x20 && byte != 0x7f { bytes.append(byte) }
    bytes.append(" HTTP/1.1\r\n")
  }
}

/// Parameters encoded so that every reader understands the same: one value per name.
struct CanonicalParameters {
  private(set) var text: [UInt8] = []

  /// - Parameter capacity: bytes that will do, if that is known.
  init(capacity: Int = 0) { text.reserveCapacity(capacity) }

  mutating func append(_ name: StaticString, _ value: [UInt8]) {
    begin(name)
    PercentCoding.append(value, to: &text)
  }

  mutating func append(_ name: StaticString, _ value: String) {
    begin(name)
    PercentCoding.append(value, to: &text)
  }

  /// These, and the others behind them.
  func joined(with others: CanonicalParameters) -> CanonicalParameters {
    if text.isEmpty { return others }
    var joined = self
    joined.text.append(UInt8(ascii: "&"))
    joined.text += others.text
    return joined
  }

  private mutating func begin(_ name: StaticString) {
    if !text.isEmpty { text.append(UInt8(ascii: "&")) }
    text.append(name)
    text.append(UInt8(ascii: "="))
  }
}

/// What this hop says of itself and of the client, the same for every request of a connection.
struct Hop {
  let clientAddress: String
  let isTLS: Bool

  func append(to bytes: inout [UInt8]) {
    bytes.append("Via: 1.1 gatehouse\r\nX-Forwarded-For: ")
    bytes += clientAddress.utf8
    bytes.append(isTLS ? "\r\nX-Forwarded-Proto: https\r\n" : "\r\nX-Forwarded-Proto: http\r\n")
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString) { text.withUTF8Buffer { append(contentsOf: $0) } }
}

extension Permit {
  /// Whether one of its grants is of everything: creating and dropping databases and policies, say.
  fileprivate var needsAdministrator: Bool {
    grants.contains { if case .administration = $0.requirement.target { true } else { false } }
  }
}
