// Texts of bounded length: what a refusal quotes may be as long as what was sent.

extension String {
  /// At most `count` bytes, cut between characters of Unicode.
  public func prefixOfBytes(_ count: Int) -> String {
    guard utf8.count > count else { return self }
    return prefix(upTo: utf8.index(startIndex, offsetBy: count))
  }

  /// As much as takes no more than `count` bytes in JSON.
  public func shortenedForJSON(_ count: Int) -> String {
    var room = count
    var end = startIndex
    while end < endIndex {
      // A control character becomes `\u00xx`, a quotation mark or a backslash two bytes.
      switch utf8[end] {
      case 0..<0x20, 0x7f: room -= 6
      // Begins a control character of two bytes, perhaps.
      case 0xc2: room -= 5
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): room -= 2
      default: room -= 1
      }
      guard room >= 0 else { return prefix(upTo: end) }
      end = utf8.index(after: end)
    }
    return self
  }

  private func prefix(upTo end: String.Index) -> String {
    var end = end
    while end > startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}
