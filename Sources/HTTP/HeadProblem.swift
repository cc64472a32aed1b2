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
  case malformedChunk
  case headTooLarge
  case tooManyFields

  /// The status that tells a client (RFC 9110 §15).
  public var status: Int {
    switch self {
    case .unsupportedVersion: 505
    case .headTooLarge, .tooManyFields: 431
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
    case .malformedChunk: "malformed chunked body"
    case .headTooLarge: "request head too large"
    case .tooManyFields: "too many header fields"
    }
  }
}

/// Bounds of one message head. Passed in, never constants in the middle.
public struct HeadLimits: Sendable {
  /// First line and fields with their line ends, bytes.
  public var bytes: Int
  public var fields: Int

  public init(bytes: Int, fields: Int) {
    self.bytes = bytes
    self.fields = fields
  }
}
