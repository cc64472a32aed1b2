// The small pieces that statements are made of: expected keywords, identifiers, numbers, durations.

extension TokenReader {
  mutating func expect(_ kind: TokenKind) throws(ParseError) {
    let token = scanPastBlanks()
    guard token.kind == kind else { throw unexpected(token, expected: [kind]) }
  }

  mutating func parseIdentifier() throws(ParseError) -> Name {
    let token = scanPastBlanks()
    guard token.kind == .identifier else { throw unexpected(token, expected: "identifier") }
    return content(of: token)
  }

  mutating func parseString() throws(ParseError) -> Name {
    let token = scanPastBlanks()
    guard token.kind == .stringLiteral else { throw unexpected(token, expected: "string") }
    return content(of: token)
  }

  /// Reads a word that became a keyword only in 1.12 (FUTURE, PAST, VERBOSE). Older servers take it for an identifier,
  /// and so does this wherever an identifier may stand.
  mutating func skipWord(_ word: String) -> Bool {
    if isWord(word, scanPastBlanks()) { return true }
    unscan()
    return false
  }

  func isWord(_ word: String, _ token: Token) -> Bool {
    guard token.kind == .identifier, !token.isQuoted, token.parameter < 0 else { return false }
    return lexer.text[token.contentStart..<token.contentEnd].elementsEqual(word.utf8) { $0 | 0x20 == $1 }
  }

  /// `ON database`, if it is there; nil as well where the name is empty, which the server takes as absent.
  mutating func parseOptionalDatabase() throws(ParseError) -> Name? {
    skip(.on) ? try parseIdentifier().nonEmpty : nil
  }

  mutating func parseNameOnDatabase() throws(ParseError) -> (name: Name, database: Name) {
    let name = try parseIdentifier()
    try expect(.on)
    return (name, try parseIdentifier())
  }

  mutating func parseUnsigned() throws(ParseError) -> UInt64 {
    let (token, digits) = try parseIntegerToken()
    guard let value = UInt64(digits) else { throw outOfRange(digits, "ParseUint", at: token) }
    return value
  }

  /// An integer from 1 to 2147483647.
  mutating func parseReplication() throws(ParseError) -> Int64 {
    let (token, digits) = try parseIntegerToken()
    guard let value = Int64(digits) else { throw outOfRange(digits, "Atoi", at: token) }
    guard (1...Int64(Int32.max)).contains(value) else {
      throw failure("invalid value \(value): must be 1 <= n <= \(Int32.max)", at: token)
    }
    return value
  }

  /// `LIMIT n` and its kin: 0 where the keyword is absent. What is larger than an `Int64` counts as the largest.
  mutating func parseOptional(_ keyword: TokenKind) throws(ParseError) -> Int64 {
    guard skip(keyword) else { return 0 }
    let (token, digits) = try parseIntegerToken()
    let value = Int64(digits) ?? (digits.hasPrefix("-") ? .min : .max)
    if value < 0 { throw failure("\(keyword.spelling) must be >= 0", at: token) }
    return value
  }

  private mutating func parseIntegerToken() throws(ParseError) -> (Token, digits: String) {
    let token = scanPastBlanks()
    guard token.kind == .integerLiteral else { throw unexpected(token, expected: "integer") }
    return (token, content(of: token).text)
  }

  private func outOfRange(_ digits: String, _ function: String, at token: Token) -> ParseError {
    let problem = digits.hasPrefix("-") ? "invalid syntax" : "value out of range"
    return failure("strconv.\(function): parsing \"\(digits)\": \(problem)", at: token)
  }

  /// A duration, or INF, which is zero.
  mutating func parseDuration() throws(ParseError) -> TimeSpan {
    let token = scanPastBlanks()
    if token.kind == .inf { return TimeSpan(nanoseconds: 0) }
    return try duration(of: token)
  }

  /// A duration that INF is not.
  mutating func parseFiniteDuration() throws(ParseError) -> TimeSpan {
    let token = scanPastBlanks()
    return try duration(of: token)
  }

  /// Of a duration's own digits and units nothing has to be repaired.
  func span(of token: Token) throws(TimeSpan.ReadingError) -> TimeSpan {
    if token.parameter >= 0 { return try TimeSpan(reading: content(of: token)) }
    return try TimeSpan(reading: lexer.text[token.contentStart..<token.contentEnd])
  }

  private func duration(of token: Token) throws(ParseError) -> TimeSpan {
    guard token.kind == .durationLiteral else { throw unexpected(token, expected: "duration") }
    do {
      return try span(of: token)
    } catch {
      throw failure(error.message, at: token)
    }
  }
}
