// Finding regular expressions that no server would compile, without an engine.

/// A look at a pattern's outline, one pass without recursion. It reports only what is certainly wrong: a pattern that
/// passes may still be refused by the server, which does no harm.
enum RegexSyntax {
  /// The server's words for what is wrong, or nil.
  static func problem(in pattern: Name) -> String? {
    let bytes = Array(pattern.text.utf8)
    var index = 0
    var depth = 0
    var canRepeat = false
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case Byte.backslash:
        if index + 1 == bytes.count { return "error parsing regexp: trailing backslash at end of expression: ``" }
        if bytes[index + 1] == UInt8(ascii: "Q") {
          index = endOfQuotation(bytes, from: index + 2)
          canRepeat = true
          continue
        }
        index += 2
        canRepeat = true
      case UInt8(ascii: "["):
        guard let end = endOfClass(bytes, from: index + 1) else {
          return "error parsing regexp: missing closing ]: `\(text(bytes[index...]))`"
        }
        index = end
        canRepeat = true
      case UInt8(ascii: "("):
        depth += 1
        index += 1
        canRepeat = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "?") { index += 1 }
      case UInt8(ascii: ")"):
        if depth == 0 { return "error parsing regexp: unexpected ): `\(pattern)`" }
        depth -= 1
        index += 1
        canRepeat = true
      case UInt8(ascii: "|"):
        index += 1
        canRepeat = false
      case Byte.asterisk, UInt8(ascii: "+"), UInt8(ascii: "?"):
        if !canRepeat {
          return "error parsing regexp: missing argument to repetition operator: `\(text(bytes[index...index]))`"
        }
        index += 1
      default:
        index += 1
        canRepeat = true
      }
    }
    return depth == 0 ? nil : "error parsing regexp: missing closing ): `\(pattern)`"
  }

  /// Behind the `]` that ends a class; one that stands first is a member of it, and so is a `[` that ends a range.
  private static func endOfClass(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
    let first = index
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "]"), index > first { return index + 1 }
      if bytes[index] == UInt8(ascii: "["), let end = endOfNamedClass(bytes, from: index + 1) {
        index = end
        continue
      }
      index += bytes[index] == Byte.backslash ? 2 : 1
      if index + 1 < bytes.count, bytes[index] == Byte.minus, bytes[index + 1] != UInt8(ascii: "]") {
        index += bytes[index + 1] == Byte.backslash ? 3 : 2
      }
    }
    return nil
  }

  /// Behind the `:]` of `[:alpha:]`, whose first colon stands at `start`, or nil where it is no such thing.
  private static func endOfNamedClass(_ bytes: [UInt8], from start: Int) -> Int? {
    guard start < bytes.count, bytes[start] == Byte.colon else { return nil }
    var index = start + 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
    while index < bytes.count, Byte.isLetter(bytes[index]) { index += 1 }
    guard index + 1 < bytes.count, bytes[index] == Byte.colon, bytes[index + 1] == UInt8(ascii: "]") else { return nil }
    return index + 2
  }

  /// Behind the `\E` that ends a literal stretch, or the end.
  private static func endOfQuotation(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == Byte.backslash, bytes[index + 1] == UInt8(ascii: "E") { return index + 2 }
      index += 1
    }
    return bytes.count
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
