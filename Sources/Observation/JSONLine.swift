// Builds one line of JSON in bytes: whatever a peer puts into a value, the line stays one line and valid.

public import Formats

/// One JSON object, written from left to right behind what a buffer holds already.
///
/// Keys are constants of ours. In values control characters (C1 and DEL included) and quotes are escaped, what is no
/// UTF-8 becomes U+FFFD, and what is longer than `limit` bytes is cut and ends in `…`.
public struct JSONLine: ~Copyable {
  private var cursor: ByteCursor
  private var isEmpty = true
  private let limit: Int

  /// The buffer is this line's alone until `finish`.
  public init(appendingTo buffer: ByteBuffer, limit: Int = 1_024) {
    cursor = ByteCursor(buffer)
    self.limit = limit
    cursor.reserve(1)
    cursor.write(UInt8(ascii: "{"))
  }

  /// Ends the line, newline included. A line that is not finished never was.
  public consuming func finish() {
    cursor.reserve(2)
    cursor.write(UInt8(ascii: "}"))
    cursor.write(UInt8(ascii: "\n"))
    cursor.finish()
  }

  public mutating func field(_ key: StaticString, _ value: String) {
    begin(key)
    write(value)
  }

  public mutating func field(_ key: StaticString, _ value: [UInt8]) {
    begin(key)
    value.withUnsafeBufferPointer { writeQuoted($0) }
  }

  public mutating func field(_ key: StaticString, _ value: Int) {
    begin(key)
    write(value)
  }

  public mutating func field(_ key: StaticString, _ value: Bool) {
    begin(key)
    write(value)
  }

  public mutating func field(_ key: StaticString, _ value: Timestamp) {
    begin(key)
    cursor.reserve(Timestamp.millisecondsLength + 2)
    cursor.write(UInt8(ascii: "\""))
    cursor.write(value)
    cursor.write(UInt8(ascii: "\""))
  }

  /// A key that is no constant is quoted as a value is.
  mutating func field(named key: String, _ value: LogValue) {
    separate()
    write(key)
    cursor.reserve(1)
    cursor.write(UInt8(ascii: ":"))
    switch value {
    case .text(let text): write(text)
    case .number(let number): write(number)
    case .flag(let flag): write(flag)
    }
  }

  private mutating func separate() {
    if isEmpty {
      isEmpty = false
    } else {
      cursor.reserve(1)
      cursor.write(UInt8(ascii: ","))
    }
  }

  private mutating func begin(_ key: StaticString) {
    separate()
    cursor.reserve(key.utf8CodeUnitCount + 3)
    cursor.write(UInt8(ascii: "\""))
    cursor.write(key)
    cursor.write(UInt8(ascii: "\""))
    cursor.write(UInt8(ascii: ":"))
  }

  private mutating func write(_ value: Int) {
    cursor.reserve(21)
    if value < 0 { cursor.write(UInt8(ascii: "-")) }
    cursor.writeDecimal(value.magnitude)
  }

  private mutating func write(_ value: Bool) {
    cursor.reserve(5)
    cursor.write(value ? "true" as StaticString : "false")
  }

  private mutating func write(_ value: String) {
    var value = value
    value.withUTF8 { writeQuoted($0) }
  }

  private mutating func writeQuoted(_ value: UnsafeBufferPointer<UInt8>) {
    let isLong = value.count > limit
    let shown = isLong ? UnsafeBufferPointer(rebasing: value.prefix(limit)) : value
    // Two quotes, the mark of a cut, and six bytes for each, which no escape exceeds.
    cursor.reserve(shown.count * 6 + 5)
    cursor.write(UInt8(ascii: "\""))
    // Nearly every value is plain and goes over in one piece.
    if isPlain(shown) { cursor.write(shown) } else { cursor.writeEscaped(shown) }
    if isLong { cursor.write("…") }
    cursor.write(UInt8(ascii: "\""))
  }
}

/// Whether all is printable ASCII that JSON takes as it is. Without an early exit, so that it is done in wide steps.
private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var odd: UInt8 = 0
  for byte in bytes {
    odd |= byte < 0x20 ? 1 : 0
    odd |= byte > 0x7e ? 1 : 0
    odd |= byte == UInt8(ascii: "\"") ? 1 : 0
    odd |= byte == UInt8(ascii: "\\") ? 1 : 0
  }
  return odd == 0
}
