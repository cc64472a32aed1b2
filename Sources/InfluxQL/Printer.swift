// Printing what was parsed: as the server prints it in its messages, or so that a server reads the same again.

/// Writes statements one behind the other.
struct Printer {
  enum Style {
    /// As the server's own printer does (1.12), which loses quotation marks and a clause here and there.
    case server
    /// The same of servers before 1.12 (recorded of 1.6.7), which also round numbers to three decimals.
    case early
    /// So that any server reads back what was parsed.
    case faithful
  }

  let style: Style
  /// UTF-8. A string would be looked at with every piece that is put to it.
  private(set) var bytes: [UInt8] = []
  /// No text can express what was written. A server takes NUL for the end, and a carriage return for a line feed even
  /// between quotation marks.
  var isFaithful = true
  /// A number was printed with fewer decimals than it has.
  var losesDecimals = false

  init(_ style: Style) {
    self.style = style
    bytes.reserveCapacity(512)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ words: StaticString) { words.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  /// A mark of one byte, which is cheaper than a text of one byte.
  mutating func write(byte: UInt8) { bytes.append(byte) }

  mutating func write(text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// Digit by digit into place: dashboards hold little but names and times.
  mutating func write(decimal value: Int64) {
    if value < 0 { bytes.append(Byte.minus) }
    write(decimal: value.magnitude)
  }

  mutating func write(decimal value: UInt64) {
    let start = bytes.count
    var rest = value
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest > 0
    bytes[start...].reverse()
  }

  mutating func write(_ span: TimeSpan) {
    let (count, unit) = span.inLargestUnit
    write(decimal: count)
    write(unit)
  }

  /// A name, in quotation marks where it would not be read as one without.
  mutating func write(name: Name) {
    var text = name.text
    text.withUTF8 { name in
      if Self.needsQuotes(name, style) {
        // What needs none is letters and digits alone.
        note(name)
        Self.append(name, between: Byte.quote, to: &bytes)
      } else {
        bytes.append(contentsOf: name)
      }
    }
  }

  mutating func write(string: Name) {
    var text = string.text
    text.withUTF8 { content in
      note(content)
      Self.append(content, between: Byte.apostrophe, to: &bytes)
    }
  }

  mutating func write(regex pattern: Name) {
    // A backslash before the closing slash would take it into the pattern, and what follows too. Only a bound value can
    // end so.
    if pattern.text.utf8.last == Byte.backslash { isFaithful = false }
    bytes.append(Byte.slash)
    for byte in pattern.text.utf8 {
      if byte == Byte.slash { bytes.append(Byte.backslash) }
      bytes.append(byte)
    }
    bytes.append(Byte.slash)
  }

  private mutating func note(_ name: UnsafeBufferPointer<UInt8>) {
    for byte in name where byte == 0 || byte == Byte.carriageReturn { isFaithful = false }
  }

  // MARK: Quoting

  /// The segments of one dotted name: all but the last are quoted, whatever they are.
  static func quoted(segments: [Name]) -> String {
    var printer = Printer(.faithful)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      if index > 0 { printer.bytes.append(Byte.dot) }
      if isLast {
        printer.write(name: segment)
      } else if !segment.isEmpty || index == 0 {
        var text = segment.text
        text.withUTF8 { append($0, between: Byte.quote, to: &printer.bytes) }
      }
    }
    return printer.text
  }

  /// Words that are keywords since 1.12 and identifiers before.
  private static let newWords = ["future", "past", "verbose"]
  private static let longestWord = max(KeywordTable.longest, newWords.reduce(0) { max($0, $1.utf8.count) })

  /// Whether every server reads it as a name without quotation marks.
  static func isBare(_ name: Name) -> Bool {
    var text = name.text
    return text.withUTF8 { !needsQuotes($0, .faithful) }
  }

  private static func needsQuotes(_ name: UnsafeBufferPointer<UInt8>, _ style: Style) -> Bool {
    guard let first = name.first, !Byte.isDigit(first) else { return true }
    for byte in name where !Byte.isWord(byte) { return true }
    guard name.count <= longestWord else { return false }
    if KeywordTable.shared.kind(of: name) != .identifier { return true }
    // What all three begin with.
    guard style != .early, "fpv".utf8.contains(first | 0x20) else { return false }
    return newWords.contains { $0.utf8.count == name.count && name.elementsEqual($0.utf8) { $0 | 0x20 == $1 } }
  }

  private static func append(_ name: UnsafeBufferPointer<UInt8>, between mark: UInt8, to bytes: inout [UInt8]) {
    bytes.append(mark)
    for byte in name {
      // All that is escaped is ASCII, and stands in no other character's bytes.
      switch byte {
      case Byte.lineFeed:
        bytes.append(Byte.backslash)
        bytes.append(UInt8(ascii: "n"))
      case Byte.backslash, mark:
        bytes.append(Byte.backslash)
        bytes.append(byte)
      default: bytes.append(byte)
      }
    }
    bytes.append(mark)
  }
}
