// The clauses that several statements share: WHERE, GROUP BY, ORDER BY, WITH KEY.

/// Reads the clauses that several statements share.
enum ClauseParser {
  static func parseCondition(_ tokens: inout TokenReader) throws(ParseError) -> Expression? {
    tokens.skip(.where) ? try ExpressionParser.parseExpression(&tokens) : nil
  }

  static func parseDimensions(_ tokens: inout TokenReader) throws(ParseError) -> [Expression] {
    guard tokens.skip(.group) else { return [] }
    try tokens.expect(.by)
    var dimensions: [Expression] = []
    while true {
      if let pattern = try ExpressionParser.parseRegex(&tokens) {
        dimensions.append(Expression(first: .regex(pattern), rest: []))
      } else {
        dimensions.append(try ExpressionParser.parseExpression(&tokens))
        tokens.skipBlanks()
      }
      guard tokens.scan().kind == .comma else {
        tokens.unscan()
        return dimensions
      }
    }
  }

  static func parseOrder(_ tokens: inout TokenReader) throws(ParseError) -> SortOrder? {
    guard tokens.skip(.order) else { return nil }
    try tokens.expect(.by)
    let token = tokens.scanPastBlanks()
    let order: SortOrder
    switch token.kind {
    case .asc, .desc: order = SortOrder(field: nil, isAscending: token.kind == .asc)
    case .identifier:
      let name = tokens.content(of: token)
      order = SortOrder(field: name.nonEmpty, isAscending: parseDirection(&tokens))
      guard name == "time" else { throw onlyByTime(&tokens, at: token) }
    default: throw tokens.unexpected(token, expected: "identifier", "ASC", "DESC")
    }
    guard tokens.skip(.comma) else { return order }
    repeat {
      _ = try tokens.parseIdentifier()
      _ = parseDirection(&tokens)
    } while tokens.skip(.comma)
    throw onlyByTime(&tokens, at: token)
  }

  /// Whether the order is ascending.
  private static func parseDirection(_ tokens: inout TokenReader) -> Bool {
    tokens.skip(.desc) ? false : tokens.skip(.asc) || true
  }

  private static func onlyByTime(_ tokens: inout TokenReader, at token: Token) -> ParseError {
    tokens.plainFailure("only ORDER BY time supported at this time", at: token)
  }

  static func parseTagKeyFilter(_ tokens: inout TokenReader) throws(ParseError) -> TagKeyFilter {
    try tokens.expect(.with)
    try tokens.expect(.key)
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .in:
      try tokens.expect(.leftParenthesis)
      var keys = [try tokens.parseIdentifier()]
      while tokens.skip(.comma) { keys.append(try tokens.parseIdentifier()) }
      try tokens.expect(.rightParenthesis)
      return .oneOf(keys)
    case .equal: return .equal(try tokens.parseIdentifier())
    case .notEqual: return .notEqual(try tokens.parseIdentifier())
    case .matches: return .matches(try ExpressionParser.parseRequiredRegex(&tokens))
    case .doesNotMatch: return .doesNotMatch(try ExpressionParser.parseRequiredRegex(&tokens))
    default: throw tokens.unexpected(token, expected: [.in, .equal, .matches])
    }
  }
}
