// Why a message head or its framing is refused.

/// A head or body that is not HTTP as gatehouse accepts it. After any of these the connection cannot be read further.
public enum HeadProblem: Error, Sendable, Equatable {
  case malformedRequestLine
  case malformedStatusLine
  case unsupportedVersion
  case malformedTarget
  case malformedField
  case bareLineFeed
  case hostMissingOrRepeated
  case contentLengthInvalid
  case contentLengthRepeated
  case transferEncodingInvalid
  case transferEncodingWithContentLength
  case transferEncodingInHTTP10
  case lengthMissing
  case malformedChunk
  case headTooLarge
  case targetTooLong
  case tooManyFields

  /// The status that tells a client (RFC 9110 §15).
  public var status: Int {
    switch self {
    case .unsupportedVersion: 505
    // As the real servers, to which line and fields are one; not 414.
    case .headTooLarge, .targetTooLong, .tooManyFields: 431
    case .lengthMissing: 411
    default: 400
    }
  }

  /// What is wrong, without a byte of what was received.
  public var reason: String {
    switch self {
    case .malformedRequestLine: "malformed request line"
    case .malformedStatusLine: "malformed status line"
    case .unsupportedVersion: "HTTP version not supported"
    case .malformedTarget: "malformed request target"
    case .malformedField: "malformed header field"
    case .bareLineFeed: "line feed without carriage return"
    case .hostMissingOrRepeated: "exactly one Host field with a valid host is required"
    case .contentLengthInvalid: "invalid Content-Length"
    case .contentLengthRepeated: "Content-Length given more than once"
    case .transferEncodingInvalid: "Transfer-Encoding must be exactly: chunked"
    case .transferEncodingWithContentLength: "both Transfer-Encoding and Content-Length"
    case .transferEncodingInHTTP10: "Transfer-Encoding in an HTTP/1.0 message"
    case .lengthMissing: "a body needs a Content-Length"
    case .malformedChunk: "malformed chunked body"
    case .headTooLarge: "request head too large"
    case .targetTooLong: "request target too long"
    case .tooManyFields: "too many header fields"
    }
  }
}

/// Bounds of one message head. Passed in, never constants in the middle.
public struct HeadLimits: Sendable {
  /// First line and fields with their line ends, bytes; where the target has a limit of its own, the fields alone.
  public var bytes: Int
  public var fields: Int
  /// The first line, bytes; nil where it counts towards `bytes`.
  public let firstLine: Int?

  /// What a request line holds beside its target: a method, the version, two blanks and the line's end.
  private static let besideTarget = 64

  /// - Parameter target: bytes of a request's target; nil where it counts towards `bytes`.
  public init(bytes: Int, fields: Int, target: Int? = nil) {
    self.bytes = bytes
    self.fields = fields
    firstLine = target.map { $0 + Self.besideTarget }
  }

  /// What the longest head within these limits may come to when it is written anew, bytes, beside what is added to it: any
  /// byte of the target may be one that leaves as `%XX`.
  public var longestRewritten: Int { bytes + 3 * (firstLine ?? bytes) }
}
