// Expressions: rows of terms and operators.

/// Reads expressions, and the regular expressions that may stand in their place.
enum ExpressionParser {
  static func parseExpression(_ tokens: inout TokenReader) throws(ParseError) -> Expression {
    var expression = Expression(first: try parseTerm(&tokens), rest: [])
    while true {
      let token = tokens.scanPastBlanks()
      guard let operation = Operator(token.kind) else {
        tokens.unscan()
        return expression
      }
      // A condition with a time has three, with a range of them seven.
      if expression.rest.isEmpty { expression.rest.reserveCapacity(3) }
      let term = operation.takesRegex ? Term.regex(try parseRequiredRegex(&tokens)) : try parseTerm(&tokens)
      expression.rest.append(Expression.Operation(operator: operation, term: term))
    }
  }

  private static func parseTerm(_ tokens: inout TokenReader) throws(ParseError) -> Term {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .leftParenthesis:
      try tokens.enter(at: token)
      let expression = try parseExpression(&tokens)
      try tokens.expect(.rightParenthesis)
      tokens.leave()
      return .parenthesized(expression)
    case .identifier:
      if tokens.scan().kind == .leftParenthesis {
        return .call(try parseCall(&tokens, of: token, named: tokens.content(of: token)))
      }
      tokens.unscan()
      tokens.unscan()
      return try parseReference(&tokens)
    case .distinct: return try parseDistinct(&tokens, token)
    case .multiply: return try parseWildcard(&tokens)
    case .add, .subtract: return try parseSigned(&tokens, isNegative: token.kind == .subtract, at: token)
    default: return try literal(&tokens, token)
    }
  }

  private static func literal(_ tokens: inout TokenReader, _ token: Token) throws(ParseError) -> Term {
    switch token.kind {
    case .stringLiteral: return .string(tokens.content(of: token))
    case .numberLiteral:
      guard let value = Double(tokens.content(of: token).text), value.isFinite else {
        throw tokens.failure("unable to parse number", at: token)
      }
      return .number(value)
    case .integerLiteral:
      let digits = tokens.content(of: token).text
      if let value = Int64(digits) { return .integer(value) }
      guard let value = UInt64(digits) else { throw tokens.failure("unable to parse integer", at: token) }
      return .unsigned(value)
    case .true, .false: return .boolean(token.kind == .true)
    case .durationLiteral:
      do {
        return .duration(try tokens.span(of: token))
      } catch {
        throw tokens.plainFailure(error.message, at: token)
      }
    case .regexLiteral: return .regex(try pattern(&tokens, of: token))
    case .boundParameter: throw unbound(&tokens, token)
    default: throw tokens.unexpected(token, expected: "identifier", "string", "number", "bool")
    }
  }

  /// Why a parameter could not stand here: it has no name, no value, or one that cannot be bound.
  private static func unbound(_ tokens: inout TokenReader, _ token: Token) -> ParseError {
    if token.parameter >= 0 { return tokens.plainFailure(tokens.content(of: token).text, at: token) }
    let name = tokens.content(of: token)
    return tokens.plainFailure(name.isEmpty ? "empty bound parameter" : "missing parameter: \(name)", at: token)
  }

  /// A name with dots and a cast. Blanks may not stand around its parts.
  private static func parseReference(_ tokens: inout TokenReader) throws(ParseError) -> Term {
    var name = try tokens.parseIdentifier()
    var next = tokens.scan()
    if next.kind == .dot {
      tokens.unscan()
      name = Name(try SourceParser.parseSegments(&tokens, behind: name).map(\.text).joined(separator: "."))
      next = tokens.scan()
    }
    guard next.kind == .doubleColon else {
      tokens.unscan()
      return .reference(name, nil)
    }
    let token = tokens.scan()
    switch token.kind {
    case .field: return .reference(name, .field)
    case .tag: return .reference(name, .tag)
    case .identifier:
      guard let cast = Term.Cast(rawValue: tokens.content(of: token).text.lowercased()), cast != .field, cast != .tag
      else {
        throw tokens.unexpected(
          token, expected: "float", "integer", "unsigned", "string", "boolean", "field", "tag")
      }
      return .reference(name, cast)
    default: throw tokens.unexpected(token, expected: "float", "integer", "string", "boolean", "field", "tag")
    }
  }

  private static func parseWildcard(_ tokens: inout TokenReader) throws(ParseError) -> Term {
    guard tokens.scan().kind == .doubleColon else {
      tokens.unscan()
      return .wildcard(nil)
    }
    let token = tokens.scan()
    switch token.kind {
    case .field: return .wildcard(.field)
    case .tag: return .wildcard(.tag)
    default: throw tokens.unexpected(token, expected: "field", "tag")
    }
  }

  private static func parseDistinct(_ tokens: inout TokenReader, _ keyword: Token) throws(ParseError) -> Term {
    let next = tokens.scan()
    switch next.kind {
    case .leftParenthesis: return .call(try parseCall(&tokens, of: keyword, named: "distinct"))
    case .whitespace: return .distinct(try tokens.parseIdentifier())
    default: throw tokens.unexpected(next, expected: "(", "identifier")
    }
  }

  private static func parseSigned(_ tokens: inout TokenReader, isNegative: Bool, at sign: Token) throws(ParseError)
    -> Term
  {
    let token = tokens.scanPastBlanks()
    tokens.unscan()
    switch token.kind {
    case .numberLiteral, .integerLiteral, .durationLiteral, .leftParenthesis, .identifier: break
    default: throw tokens.unexpected(token, expected: "identifier", "number", "duration", "(")
    }
    let term = try parseTerm(&tokens)
    switch term {
    case .number(let value): return .number(isNegative ? -value : value)
    case .integer(let value): return .integer(isNegative ? 0 &- value : value)
    case .duration(let value): return .duration(isNegative ? TimeSpan(nanoseconds: 0 &- value.nanoseconds) : value)
    case .unsigned(let value):
      guard isNegative else { return term }
      guard value == UInt64(Int64.max) + 1 else {
        throw tokens.plainFailure("constant -\(value) underflows int64", at: sign)
      }
      return .integer(.min)
    default: return .signed(isNegative: isNegative, term)
    }
  }

  /// A call whose opening bracket has been read.
  private static func parseCall(_ tokens: inout TokenReader, of token: Token, named name: Name) throws(ParseError)
    -> Term.Call
  {
    try tokens.enter(at: token)
    var call = Term.Call(name: name.lowercased, arguments: [])
    if let pattern = try parseRegex(&tokens) {
      call.arguments.append(Expression(first: .regex(pattern), rest: []))
    } else {
      if tokens.scan().kind == .rightParenthesis {
        tokens.leave()
        return call
      }
      tokens.unscan()
      call.arguments.append(try parseExpression(&tokens))
    }
    while tokens.skip(.comma) {
      if let pattern = try parseRegex(&tokens) {
        call.arguments.append(Expression(first: .regex(pattern), rest: []))
      } else {
        call.arguments.append(try parseExpression(&tokens))
      }
    }
    let last = tokens.scan()
    guard last.kind == .rightParenthesis else { throw tokens.unexpected(last, expected: [.rightParenthesis]) }
    tokens.leave()
    return call
  }

  // MARK: Regular expressions

  /// A regular expression, if the next byte that was not read yet is a slash (or a parameter bound to one).
  ///
  /// The byte decides, not the next token: one that was put back stands in the way then, and is an error. A comment
  /// begins with a slash too, and so is read as a regular expression here.
  static func parseRegex(_ tokens: inout TokenReader) throws(ParseError) -> Name? {
    if let next = tokens.lexer.peek(), Byte.isBlank(next) { tokens.skipBlanks() }
    let next = tokens.lexer.peek()
    if next == Byte.dollar {
      let token = tokens.scan()
      tokens.unscan()
      guard token.kind == .regexLiteral else { return nil }
    } else if next != Byte.slash {
      return nil
    }
    // Bound first: as an argument it would be read into a copy of the parser made before.
    let token = tokens.scanRegex()
    return try pattern(&tokens, of: token)
  }

  static func parseRequiredRegex(_ tokens: inout TokenReader) throws(ParseError) -> Name {
    if let pattern = try parseRegex(&tokens) { return pattern }
    let token = tokens.scanPastBlanks()
    throw tokens.unexpected(token, expected: "regex")
  }

  private static func pattern(_ tokens: inout TokenReader, of token: Token) throws(ParseError) -> Name {
    switch token.kind {
    case .regexLiteral:
      let pattern = tokens.content(of: token)
      if let problem = RegexSyntax.problem(in: pattern) { throw tokens.failure(problem, at: token) }
      return pattern
    case .badEscape: throw tokens.failure("bad escape: ", at: token)
    case .badRegex: throw tokens.failure("bad regex: ", at: token)
    default: throw tokens.unexpected(token, expected: "regex")
    }
  }
}
