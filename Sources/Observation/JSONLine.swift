// Builds one line of JSON in bytes: whatever a peer puts into a value, the line stays one line and valid.

/// One JSON object, written from left to right into a buffer that it owns meanwhile.
///
/// Keys are constants of ours. In values control characters (C1 and DEL included) and quotes are escaped, what is no
/// UTF-8 becomes U+FFFD, and what is longer than `limit` bytes is cut and ends in `…`.
public struct JSONLine {
  private var bytes: [UInt8]
  private let start: Int
  private let limit: Int

  /// Appends to `bytes`, whose storage is reused.
  public init(appendingTo bytes: consuming [UInt8] = [], limit: Int = 1_024) {
    self.bytes = bytes
    self.limit = limit
    self.bytes.append(UInt8(ascii: "{"))
    start = self.bytes.count
  }

  /// The buffer with the finished line, newline included.
  public consuming func finish() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  public mutating func field(_ key: StaticString, _ value: String) {
    begin(key)
    var value = value
    value.withUTF8 { appendQuoted($0) }
  }

  public mutating func field(_ key: StaticString, _ value: [UInt8]) {
    begin(key)
    value.withUnsafeBufferPointer { appendQuoted($0) }
  }

  public mutating func field(_ key: StaticString, _ value: Int) {
    begin(key)
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.appendDecimal(value.magnitude)
  }

  public mutating func field(_ key: StaticString, _ value: Bool) {
    begin(key)
    bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
  }

  public mutating func field(_ key: StaticString, _ value: Timestamp) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: value.text)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A key that is no constant is quoted as a value is.
  mutating func field(named key: String, _ value: LogValue) {
    separate()
    var key = key
    key.withUTF8 { appendQuoted($0) }
    bytes.append(UInt8(ascii: ":"))
    switch value {
    case .text(let text):
      var text = text
      text.withUTF8 { appendQuoted($0) }
    case .number(let number):
      if number < 0 { bytes.append(UInt8(ascii: "-")) }
      bytes.appendDecimal(number.magnitude)
    case .flag(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
    }
  }

  private mutating func separate() {
    if bytes.count > start { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func begin(_ key: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func appendQuoted(_ value: UnsafeBufferPointer<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    let isLong = value.count > limit
    let shown = isLong ? UnsafeBufferPointer(rebasing: value.prefix(limit)) : value
    // Nearly every value is plain and goes over in one piece.
    if shown.allSatisfy(isPlain) {
      bytes.append(contentsOf: shown)
    } else {
      bytes.appendEscaped(shown)
    }
    if isLong { bytes.append(contentsOf: "…".utf8) }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// Printable ASCII that JSON takes as it is.
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}
