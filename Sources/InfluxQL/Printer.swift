// Printing what was parsed: as the server prints it in its messages, or so that a server reads the same again.

/// Writes statements into one string.
struct Printer {
  enum Style {
    /// As the server's own printer does (1.12), which loses quotation marks and a clause here and there.
    case server
    /// So that any server reads back what was parsed.
    case faithful
  }

  let style: Style
  var text = ""
  /// No text can express what was written. A server takes NUL for the end, and a carriage return for a line feed even
  /// between quotation marks.
  var isFaithful = true

  init(_ style: Style) { self.style = style }

  mutating func write(_ string: String) { text += string }

  /// A name, in quotation marks where it would not be read as one without.
  mutating func write(name: Name) {
    note(name)
    text += Self.quoted(name)
  }

  mutating func write(string: Name) {
    note(string)
    text += "'"
    Self.escape(string, mark: Byte.apostrophe, into: &text)
    text += "'"
  }

  mutating func write(regex pattern: Name) {
    text += "/"
    for scalar in pattern.text.unicodeScalars {
      switch scalar {
      case "/": text += "\\/"
      case "\n" where style == .faithful: text += "\\n"
      case "\r" where style == .faithful: text += "\\r"
      case "\0" where style == .faithful: text += "\\x00"
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "/"
  }

  private mutating func note(_ name: Name) {
    if name.text.utf8.contains(where: { $0 == 0 || $0 == Byte.carriageReturn }) { isFaithful = false }
  }

  // MARK: Quoting

  static func quoted(_ name: Name) -> String {
    guard needsQuotes(name) else { return name.text }
    var text = "\""
    escape(name, mark: Byte.quote, into: &text)
    return text + "\""
  }

  /// The segments of one dotted name: all but the last are quoted, whatever they are.
  static func quoted(segments: [Name]) -> String {
    let last = segments.count - 1
    return segments.enumerated().map { index, segment in
      if segment.isEmpty { return index == 0 || index == last ? "\"\"" : "" }
      if index == last { return quoted(segment) }
      var text = "\""
      escape(segment, mark: Byte.quote, into: &text)
      return text + "\""
    }.joined(separator: ".")
  }

  /// Words that are keywords since 1.12 and identifiers before.
  static let newWords = ["future", "past", "verbose"]

  static func needsQuotes(_ name: Name) -> Bool {
    let bytes = name.text.utf8
    guard let first = bytes.first, !Byte.isDigit(first), bytes.allSatisfy(Byte.isWord) else { return true }
    if KeywordTable.shared.kind(of: bytes) != .identifier { return true }
    return newWords.contains { bytes.elementsEqual($0.utf8) { $0 | 0x20 == $1 } }
  }

  private static func escape(_ name: Name, mark: UInt8, into text: inout String) {
    for scalar in name.text.unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\\": text += "\\\\"
      case Unicode.Scalar(mark): text += "\\\(scalar)"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
