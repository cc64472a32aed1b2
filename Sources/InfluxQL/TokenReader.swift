// The parser's hold on the token stream: reading, putting back, and saying what was not expected.

/// Reads statements by recursive descent, in the same steps as the server's parser.
///
/// The steps matter: the server may put tokens back and then look at the bytes behind them, which decides what it takes
/// for a regular expression. So this keeps the same ring of three tokens and asks in the same order.
struct TokenReader {
  /// How deep brackets, calls and sub-queries may nest. Servers have no limit but their stack.
  static let deepestNesting = 100

  /// How many tokens a text may have, blanks and comments included.
  static let mostTokens = 100_000

  /// How long a text may be, in bytes: more than any server takes.
  static let longestText = 1 << 30

  var lexer: Lexer
  let parameters: [Name: BoundParameter]
  /// The parameters that tokens refer to by index.
  var resolved: [BoundParameter] = []
  var nesting = 0
  private var tokens = 0
  /// Where secrets stand in the text: passwords, and destinations of subscriptions that may hold one.
  var secrets: [Range<Int>] = []
  /// The statement being read is one that holds a secret: what was written in it must not come back in a message, for a
  /// mistake may put the secret anywhere.
  var holdsSecret = false

  private var ring = InlineArray<3, Token>(repeating: Token(.endOfText, at: 0))
  private var head = 0
  private var putBack = 0
  /// Where in the ring the last token read stands.
  private var current = 0

  init(_ text: [UInt8], parameters: [Name: BoundParameter]) throws(ParseError) {
    guard text.count <= Self.longestText else {
      let message = "longer than \(Self.longestText) bytes"
      throw ParseError(reason: .plain(message), position: Position())
    }
    if let offset = text.firstIndex(of: 0) {
      throw ParseError(reason: .positioned("found NUL, which ends no query"), position: Position(of: offset, in: text))
    }
    lexer = Lexer(text)
    self.parameters = parameters
  }

  /// Moves to the next token, blanks and comments included.
  private mutating func step() -> TokenKind {
    if putBack > 0 {
      putBack -= 1
      current = head >= putBack ? head - putBack : head - putBack + 3
    } else {
      head = head == 2 ? 0 : head + 1
      current = head
      tokens += 1
      // To the statement it looks like the end; `Query` asks for `excess`.
      ring[head] = tokens <= Self.mostTokens ? lexer.next() : Token(.endOfText, at: lexer.offset)
    }
    return ring[current].kind
  }

  private mutating func stepPastBlanks() -> TokenKind {
    while true {
      let kind = step()
      if kind != .whitespace, kind != .comment { return kind }
    }
  }

  /// The next token, blanks and comments included. A bound parameter comes as what it stands for.
  mutating func scan() -> Token {
    step() == .boundParameter ? resolving(ring[current]) : ring[current]
  }

  /// The next token that is neither blank nor comment.
  mutating func scanPastBlanks() -> Token {
    stepPastBlanks() == .boundParameter ? resolving(ring[current]) : ring[current]
  }

  /// Puts the last token back; at most three in a row, which is all that the ring holds.
  mutating func unscan() { putBack = min(putBack + 1, 3) }

  /// Reads the next token and keeps it read only if it is this keyword or mark.
  mutating func skip(_ kind: TokenKind) -> Bool {
    if stepPastBlanks() == kind { return true }
    unscan()
    return false
  }

  /// Steps over one run of blanks, if it is next.
  mutating func skipBlanks() {
    if step() != .whitespace { unscan() }
  }

  /// Reads a token as a regular expression, unless one was put back.
  mutating func scanRegex() -> Token {
    if putBack > 0 { return scan() }
    head = head == 2 ? 0 : head + 1
    current = head
    ring[head] = lexer.nextRegex()
    return ring[head]
  }

  private mutating func resolving(_ token: Token) -> Token {
    let name = lexer.content(of: token)
    guard !name.isEmpty, let value = parameters[name] else { return token }
    var token = token
    token.kind = value.tokenKind
    token.parameter = resolved.count
    resolved.append(value)
    return token
  }

  /// The text that a token holds: an identifier's name, a string's content, a number's digits.
  func content(of token: Token) -> Name {
    resolved.indices.contains(token.parameter) ? resolved[token.parameter].content : lexer.content(of: token)
  }

  /// What is wrong where there were too many tokens.
  var excess: ParseError? {
    guard tokens > Self.mostTokens else { return nil }
    return plainFailure("more than \(Self.mostTokens) words and marks", at: Token(.endOfText, at: lexer.offset))
  }

  // MARK: Nesting

  mutating func enter(at token: Token) throws(ParseError) {
    nesting += 1
    guard nesting <= Self.deepestNesting else {
      throw failure("nested deeper than \(Self.deepestNesting) levels", at: token)
    }
  }

  mutating func leave() { nesting -= 1 }

  // MARK: Errors

  func unexpected(_ token: Token, words: [String]) -> ParseError {
    ParseError(reason: .unexpected(found: found(token), expected: words), position: position(of: token))
  }

  func unexpected(_ token: Token, expected: String...) -> ParseError { unexpected(token, words: expected) }

  func unexpected(_ token: Token, expected: [TokenKind]) -> ParseError {
    unexpected(token, words: expected.map(\.spelling))
  }

  func failure(_ message: String, at token: Token) -> ParseError {
    ParseError(reason: .positioned(message), position: position(of: token))
  }

  /// A message that the server gives without a position, which is kept for those who ask.
  func plainFailure(_ message: String, at token: Token? = nil) -> ParseError {
    let position = token.map { self.position(of: $0) } ?? Position(of: lexer.offset, in: lexer.text)
    return ParseError(reason: .plain(message), position: position)
  }

  private func found(_ token: Token) -> String {
    if token.parameter < 0, !holdsSecret {
      if token.kind == .boundParameter { return "$" + lexer.content(of: token).text }
      if token.kind == .badString || token.kind == .badEscape, lexer.byte(at: token.start) == Byte.dollar {
        return "$" + lexer.content(of: token).text
      }
    }
    let carriesText: Bool =
      switch token.kind {
      case .identifier, .whitespace, .numberLiteral, .integerLiteral, .durationLiteral, .stringLiteral: true
      case .regexLiteral, .badString, .badEscape, .illegal, .boundParameter: true
      default: false
      }
    if carriesText, holdsSecret { return "[REDACTED]" }
    let text = carriesText ? content(of: token).text : ""
    return text.isEmpty ? token.kind.spelling : text
  }

  private func position(of token: Token) -> Position {
    let text = lexer.text
    switch token.kind {
    case .endOfText:
      var position = Position(of: text.count, in: text)
      if token.isSecondLook { position.character += 1 }
      return position
    case .stringLiteral, .badString:
      let isOther = token.parameter >= 0 || lexer.byte(at: token.start) == Byte.dollar
      return isOther ? Position(of: token.start, in: text) : Position(before: token.contentStart - 1, in: text)
    case .badEscape where lexer.byte(at: token.start) != Byte.dollar:
      return Position(of: token.contentStart + 1, in: text)
    case .badRegex, .regexLiteral:
      return token.parameter >= 0 ? Position(of: token.start, in: text) : Position(before: token.start, in: text)
    default:
      return Position(of: token.start, in: text)
    }
  }
}
