// Tokens with a content of their own: numbers, durations, quoted text and regular expressions.

extension Lexer {
  /// An integer, a decimal number or a duration, beginning with a digit or with a dot and a digit.
  ///
  /// A dot without digits behind it belongs to the number and is dropped: `1.` is 1, and so `1.e` is 1 and then `e`.
  mutating func number(from start: Int) -> Token {
    var end = start
    while isDigit(at: end) { end += 1 }
    if byte(at: end) == Byte.dot {
      let whole = end
      end += 1
      while isDigit(at: end) { end += 1 }
      offset = end
      return Token(.numberLiteral, start: start, content: start..<(end == whole + 1 ? whole : end))
    }
    let digits = end
    while let width = unitWidth(at: end) ?? (end > digits && isDigit(at: end) ? 1 : nil) { end += width }
    offset = end
    return Token(end == digits ? .integerLiteral : .durationLiteral, start: start, content: start..<end)
  }

  /// How many bytes a letter of a duration's unit takes: one, or two for `µ` (U+00B5).
  private func unitWidth(at index: Int) -> Int? {
    guard let first = byte(at: index) else { return nil }
    if Byte.isLetter(first) { return 1 }
    return first == 0xC2 && byte(at: index + 1) == 0xB5 ? 2 : nil
  }

  /// Text between two marks, which ends a line only as `\n`. `opening` is where the first mark stands.
  mutating func quoted(from start: Int, openingAt opening: Int, kind: TokenKind) -> Token {
    let mark = text[opening]
    var end = opening + 1
    var hasEscapes = false
    while let byte = byte(at: end), byte != mark {
      if byte == Byte.lineFeed || byte == Byte.carriageReturn { break }
      if byte == Byte.backslash {
        hasEscapes = true
        guard let escaped = self.byte(at: end + 1), Self.escapable(escaped) else {
          return badEscape(at: end, of: start)
        }
        end += 1
      }
      end += 1
    }
    let isClosed = byte(at: end) == mark
    var token = Token(isClosed ? kind : .badString, start: start, content: opening + 1..<end)
    token.isQuoted = true
    token.hasEscapes = hasEscapes
    if end == text.count { endWasSeen = true }
    offset = min(end + 1, text.count)
    return token
  }

  private mutating func badEscape(at backslash: Int, of start: Int) -> Token {
    let escaped = backslash + 1
    let width = escaped < text.count ? UnicodeReading.scalar(in: text[...], at: escaped).width : 0
    if width == 0 { endWasSeen = true }
    offset = escaped + width
    var token = Token(.badEscape, start: start, content: backslash..<offset)
    token.isQuoted = true
    return token
  }

  private static func escapable(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "n") || byte == Byte.backslash || byte == Byte.quote || byte == Byte.apostrophe
  }

  /// A regular expression, whose first slash is the next byte.
  ///
  /// Only `\/` is an escape. Any other backslash stands for itself and does not protect the byte behind it, so that
  /// `\\/` is a backslash and a slash, and the expression goes on.
  mutating func nextRegex() -> Token {
    let start = offset
    guard skip(Byte.slash) else { return Token(.badRegex, at: start) }
    var end = offset
    var hasEscapes = false
    while let byte = byte(at: end), byte != Byte.slash, byte != Byte.lineFeed, byte != Byte.carriageReturn {
      if byte == Byte.backslash, self.byte(at: end + 1) == Byte.slash {
        hasEscapes = true
        end += 1
      }
      end += 1
    }
    let isClosed = byte(at: end) == Byte.slash
    var token = Token(isClosed ? .regexLiteral : .badRegex, start: start, content: offset..<end)
    token.hasEscapes = hasEscapes
    if end == text.count { endWasSeen = true }
    offset = min(end + 1, text.count)
    return token
  }

  /// The content of a token as the server holds it: escapes resolved, broken UTF-8 repaired.
  func content(of token: Token) -> Name {
    let raw = text[token.contentStart..<token.contentEnd]
    guard token.hasEscapes else { return Name(repairing: raw) }
    let isRegex = token.kind == .regexLiteral || token.kind == .badRegex
    var bytes: [UInt8] = []
    bytes.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      var byte = raw[index]
      if byte == Byte.backslash, index + 1 < raw.endIndex, !isRegex || raw[index + 1] == Byte.slash {
        index += 1
        byte = raw[index] == UInt8(ascii: "n") ? Byte.lineFeed : raw[index]
      }
      bytes.append(byte)
      index += 1
    }
    return Name(repairing: bytes[...])
  }
}
