// Cutting a text into tokens exactly as the server's scanner does, its oddities included.

/// Reads tokens from left to right. It never fails: what is no token is one of the kinds `illegal`, `badString`,
/// `badEscape` and `badRegex`. The text must not hold a NUL, which the server takes for the end.
struct Lexer {
  let text: [UInt8]
  /// The first byte not read yet.
  var offset = 0
  /// The end has been looked at before: see `Token.isSecondLook`.
  var endWasSeen = false
  let keywords = KeywordTable.shared

  init(_ text: [UInt8]) { self.text = text }

  /// The next byte, a carriage return as a line feed, or nil at the end (which then counts as seen).
  mutating func peek() -> UInt8? {
    guard let byte = byte(at: offset) else {
      endWasSeen = true
      return nil
    }
    return byte == Byte.carriageReturn ? Byte.lineFeed : byte
  }

  mutating func next() -> Token {
    let start = offset
    guard let first = byte(at: start) else {
      var token = Token(.endOfText, at: start)
      token.isSecondLook = endWasSeen
      endWasSeen = true
      return token
    }
    if Byte.isLetter(first) || first == 0x5F { return word(from: start) }
    if Byte.isBlank(first) { return blanks(from: start) }
    if Byte.isDigit(first) { return number(from: start) }
    offset = start + 1
    return switch first {
    case Byte.quote: quoted(from: start, openingAt: start, kind: .identifier)
    case Byte.apostrophe: quoted(from: start, openingAt: start, kind: .stringLiteral)
    case Byte.dollar: boundParameter(from: start)
    case Byte.dot: isDigit(at: offset) ? number(from: start) : Token(.dot, at: start)
    case Byte.minus: skip(Byte.minus) ? lineComment(from: start) : Token(.subtract, at: start)
    case Byte.slash: skip(Byte.asterisk) ? blockComment(from: start) : Token(.divide, at: start)
    default: symbol(first, from: start)
    }
  }

  private mutating func symbol(_ first: UInt8, from start: Int) -> Token {
    switch first {
    case UInt8(ascii: "+"): Token(.add, at: start)
    case UInt8(ascii: "*"): Token(.multiply, at: start)
    case UInt8(ascii: "%"): Token(.modulo, at: start)
    case UInt8(ascii: "&"): Token(.bitwiseAnd, at: start)
    case UInt8(ascii: "|"): Token(.bitwiseOr, at: start)
    case UInt8(ascii: "^"): Token(.bitwiseXor, at: start)
    case UInt8(ascii: "("): Token(.leftParenthesis, at: start)
    case UInt8(ascii: ")"): Token(.rightParenthesis, at: start)
    case UInt8(ascii: ","): Token(.comma, at: start)
    case UInt8(ascii: ";"): Token(.semicolon, at: start)
    case Byte.colon: Token(skip(Byte.colon) ? .doubleColon : .colon, at: start)
    case UInt8(ascii: "="): Token(skip(UInt8(ascii: "~")) ? .matches : .equal, at: start)
    case UInt8(ascii: ">"): Token(skip(UInt8(ascii: "=")) ? .greaterOrEqual : .greater, at: start)
    case UInt8(ascii: "<"):
      Token(skip(UInt8(ascii: "=")) ? .lessOrEqual : skip(UInt8(ascii: ">")) ? .notEqual : .less, at: start)
    case UInt8(ascii: "!"):
      skip(UInt8(ascii: "="))
        ? Token(.notEqual, at: start)
        : skip(UInt8(ascii: "~")) ? Token(.doesNotMatch, at: start) : illegal(from: start)
    default: illegal(from: start)
    }
  }

  private mutating func illegal(from start: Int) -> Token {
    offset = start + UnicodeReading.scalar(in: text[...], at: start).width
    return Token(.illegal, start: start, content: start..<offset)
  }

  /// A bare identifier or keyword. A quotation mark right behind it drops what was read so far and takes what it
  /// quotes as the identifier: `cpu"secret"` is `secret`.
  private mutating func word(from start: Int) -> Token {
    var end = start
    var key: UInt128 = 0
    while end < text.count, case let byte = text[end], Byte.isWord(byte) {
      key = key << 8 | UInt128(byte | 0x20)
      end += 1
    }
    offset = end
    if end == text.count { endWasSeen = true }
    if byte(at: end) == Byte.quote {
      offset = end + 1
      return quoted(from: start, openingAt: end, kind: .identifier)
    }
    let kind = end - start <= KeywordTable.longest ? keywords.kind(ofPacked: key) : .identifier
    return Token(kind, start: start, content: start..<end)
  }

  private mutating func blanks(from start: Int) -> Token {
    var end = start
    while end < text.count, Byte.isBlank(text[end]) { end += 1 }
    offset = end
    if end == text.count { endWasSeen = true }
    return Token(.whitespace, start: start, content: start..<end)
  }

  /// `$` and an identifier, bare or quoted, or nothing.
  private mutating func boundParameter(from start: Int) -> Token {
    var end = offset
    while end < text.count, Byte.isWord(text[end]) { end += 1 }
    if byte(at: end) == Byte.quote {
      offset = end + 1
      return quoted(from: start, openingAt: end, kind: .boundParameter)
    }
    if end == text.count { endWasSeen = true }
    let content = offset..<end
    offset = end
    return Token(.boundParameter, start: start, content: content)
  }

  /// To the end of the line, which a carriage return ends as well.
  private mutating func lineComment(from start: Int) -> Token {
    while let byte = byte(at: offset), byte != Byte.lineFeed, byte != Byte.carriageReturn { offset += 1 }
    if offset == text.count { endWasSeen = true } else { offset += 1 }
    return Token(.comment, at: start)
  }

  private mutating func blockComment(from start: Int) -> Token {
    while offset < text.count {
      if text[offset] == Byte.asterisk, byte(at: offset + 1) == Byte.slash {
        offset += 2
        return Token(.comment, at: start)
      }
      offset += 1
    }
    endWasSeen = true
    return Token(.illegal, at: start)
  }

  // MARK: Bytes

  func byte(at index: Int) -> UInt8? { index < text.count ? text[index] : nil }
  func isDigit(at index: Int) -> Bool { index < text.count && Byte.isDigit(text[index]) }

  /// Steps over `expected` if it is next.
  mutating func skip(_ expected: UInt8) -> Bool {
    guard byte(at: offset) == expected else { return false }
    offset += 1
    return true
  }
}
