// The clauses that several statements share: WHERE, GROUP BY, ORDER BY, WITH KEY.

extension Parser {
  mutating func parseCondition() throws(ParseError) -> Expression? {
    skip(.where) ? try parseExpression() : nil
  }

  mutating func parseDimensions() throws(ParseError) -> [Expression] {
    guard skip(.group) else { return [] }
    try expect(.by)
    var dimensions: [Expression] = []
    while true {
      if let pattern = try parseRegex() {
        dimensions.append(Expression(first: .regex(pattern), rest: []))
      } else {
        dimensions.append(try parseExpression())
        skipBlanks()
      }
      guard scan().kind == .comma else {
        unscan()
        return dimensions
      }
    }
  }

  mutating func parseOrder() throws(ParseError) -> SortOrder? {
    guard skip(.order) else { return nil }
    try expect(.by)
    let token = scanPastBlanks()
    let order: SortOrder
    switch token.kind {
    case .asc, .desc: order = SortOrder(field: nil, isAscending: token.kind == .asc)
    case .identifier:
      let name = content(of: token)
      order = SortOrder(field: name.nonEmpty, isAscending: parseDirection())
      guard name == "time" else { throw onlyByTime(at: token) }
    default: throw unexpected(token, expected: "identifier", "ASC", "DESC")
    }
    guard skip(.comma) else { return order }
    repeat {
      _ = try parseIdentifier()
      _ = parseDirection()
    } while skip(.comma)
    throw onlyByTime(at: token)
  }

  /// Whether the order is ascending.
  private mutating func parseDirection() -> Bool { skip(.desc) ? false : skip(.asc) || true }

  private func onlyByTime(at token: Token) -> ParseError {
    plainFailure("only ORDER BY time supported at this time", at: token)
  }

  mutating func parseTagKeyFilter() throws(ParseError) -> TagKeyFilter {
    try expect(.with)
    try expect(.key)
    let token = scanPastBlanks()
    switch token.kind {
    case .in:
      try expect(.leftParenthesis)
      var keys = [try parseIdentifier()]
      while skip(.comma) { keys.append(try parseIdentifier()) }
      try expect(.rightParenthesis)
      return .oneOf(keys)
    case .equal: return .equal(try parseIdentifier())
    case .notEqual: return .notEqual(try parseIdentifier())
    case .matches: return .matches(try parseRequiredRegex())
    case .doesNotMatch: return .doesNotMatch(try parseRequiredRegex())
    default: throw unexpected(token, expected: [.in, .equal, .matches])
    }
  }
}
