// How a message's body ends.

public enum BodyFraming: Sendable, Equatable {
  case none
  /// Content-Length, at most `Int.max`.
  case length(Int)
  case chunked
  /// Responses only: the body ends with the connection.
  case close
}

/// The framing fields of one head, gathered field by field and judged once (RFC 9112 §6, read strictly: whatever two
/// implementations could read differently is refused).
struct FramingFields {
  private var contentLength: Int?
  private var isChunked = false
  private(set) var problem: HeadProblem?

  mutating func readContentLength(_ bytes: Span<UInt8>, _ range: ByteRange) {
    guard contentLength == nil else { return note(.contentLengthRepeated) }
    guard range.count > 0, range.count <= 18 else { return note(.contentLengthInvalid) }
    var value = 0
    for i in range.start..<range.end {
      let digit = bytes[i] &- UInt8(ascii: "0")
      guard digit < 10 else { return note(.contentLengthInvalid) }
      value = value * 10 + Int(digit)
    }
    contentLength = value
  }

  mutating func readTransferEncoding(_ bytes: Span<UInt8>, _ range: ByteRange) {
    guard !isChunked, bytes.equalsIgnoringCase(range, "chunked") else { return note(.transferEncodingInvalid) }
    isChunked = true
  }

  private mutating func note(_ found: HeadProblem) { problem = problem ?? found }

  func framing(minorVersion: UInt8, absent: BodyFraming) throws(HeadProblem) -> BodyFraming {
    if let problem { throw problem }
    if isChunked {
      if contentLength != nil { throw .transferEncodingWithContentLength }
      if minorVersion == 0 { throw .transferEncodingInHTTP10 }
      return .chunked
    }
    return contentLength.map { .length($0) } ?? absent
  }
}
