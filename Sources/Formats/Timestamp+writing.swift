// Times as texts: RFC 3339 for people and programs, and the form of HTTP's fields.

extension Timestamp {
  /// As Go writes it: UTC, with as many digits of a second's fraction as are needed.
  public var rfc3339: String {
    let nanosecond = parts.nanosecond
    let text = bytes(Self.millisecondsLength) { writeMilliseconds(to: $0) }
    let second = String(decoding: text.prefix(19), as: UTF8.self)
    guard nanosecond > 0 else { return second + "Z" }
    // Nine digits: the first of ten is that of the thousand millions.
    var digits = String(1_000_000_000 + nanosecond).dropFirst()
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(second).\(digits)Z"
  }

  /// Bytes of `2026-11-24T22:05:09.123Z`, the form of the logs.
  public static var millisecondsLength: Int { 24 }

  /// Writes that form.
  ///
  /// - Parameter memory: room for `millisecondsLength` bytes.
  public func writeMilliseconds(to memory: UnsafeMutablePointer<UInt8>) {
    let parts = parts
    var digits = DigitWriter(memory)
    digits.write(pair: parts.date.year / 100)
    digits.write(pair: parts.date.year % 100)
    digits.write(UInt8(ascii: "-"))
    digits.write(pair: parts.date.month)
    digits.write(UInt8(ascii: "-"))
    digits.write(pair: parts.date.day)
    digits.write(UInt8(ascii: "T"))
    digits.writeTime(parts.second)
    digits.write(UInt8(ascii: "."))
    let milliseconds = parts.nanosecond / 1_000_000
    digits.write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
    digits.write(pair: milliseconds % 100)
    digits.write(UInt8(ascii: "Z"))
  }

  /// As HTTP's fields have it (RFC 9110 §5.6.7): `Tue, 24 Nov 2026 22:05:09 GMT`.
  public var httpDate: [UInt8] {
    let parts = parts
    // The first of January 1970 was a Thursday.
    let weekday = (parts.day + 4).floored(by: 7).remainder
    return bytes(29) {
      var digits = DigitWriter($0)
      digits.write(Self.name(weekday, of: "SunMonTueWedThuFriSat"))
      digits.write(", ")
      digits.write(pair: parts.date.day)
      digits.write(" ")
      digits.write(Self.name(parts.date.month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec"))
      digits.write(" ")
      digits.write(pair: parts.date.year / 100)
      digits.write(pair: parts.date.year % 100)
      digits.write(" ")
      digits.writeTime(parts.second)
      digits.write(" GMT")
    }
  }

  private static func name(_ index: Int64, of names: String) -> Substring.UTF8View {
    names.utf8.dropFirst(3 * Int(index)).prefix(3)
  }

  private func bytes(_ count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { memory, used in
      guard let start = memory.baseAddress else { return }
      write(start)
      used = count
    }
  }
}

/// The place where the next character goes; whoever makes it has the room.
private struct DigitWriter {
  private var next: UnsafeMutablePointer<UInt8>

  init(_ start: UnsafeMutablePointer<UInt8>) { next = start }

  mutating func write(_ character: UInt8) {
    next.pointee = character
    next += 1
  }

  mutating func write(_ text: some Sequence<UInt8>) {
    for character in text { write(character) }
  }

  mutating func write(_ text: String) { write(text.utf8) }

  /// Two digits of a number below 100.
  mutating func write(pair number: Int64) {
    write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// `22:05:09`
  mutating func writeTime(_ second: Int64) {
    write(pair: second / 3_600)
    write(UInt8(ascii: ":"))
    write(pair: second / 60 % 60)
    write(UInt8(ascii: ":"))
    write(pair: second % 60)
  }
}
