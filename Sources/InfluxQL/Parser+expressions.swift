// Expressions: rows of terms and operators.

extension Parser {
  mutating func parseExpression() throws(ParseError) -> Expression {
    var expression = Expression(first: try parseTerm(), rest: [])
    while true {
      let token = scanPastBlanks()
      guard let operation = Operator(token.kind) else {
        unscan()
        return expression
      }
      // A condition with a time has three, with a range of them seven.
      if expression.rest.isEmpty { expression.rest.reserveCapacity(3) }
      let term = operation.takesRegex ? Term.regex(try parseRequiredRegex()) : try parseTerm()
      expression.rest.append(Expression.Operation(operator: operation, term: term))
    }
  }

  private mutating func parseTerm() throws(ParseError) -> Term {
    let token = scanPastBlanks()
    switch token.kind {
    case .leftParenthesis:
      try enter(at: token)
      let expression = try parseExpression()
      try expect(.rightParenthesis)
      leave()
      return .parenthesized(expression)
    case .identifier:
      if scan().kind == .leftParenthesis { return .call(try parseCall(of: token, named: content(of: token))) }
      unscan()
      unscan()
      return try parseReference()
    case .distinct: return try parseDistinct(token)
    case .multiply: return try parseWildcard()
    case .add, .subtract: return try parseSigned(isNegative: token.kind == .subtract, at: token)
    default: return try literal(token)
    }
  }

  private func literal(_ token: Token) throws(ParseError) -> Term {
    switch token.kind {
    case .stringLiteral: return .string(content(of: token))
    case .numberLiteral:
      guard let value = Double(content(of: token).text), value.isFinite else {
        throw failure("unable to parse number", at: token)
      }
      return .number(value)
    case .integerLiteral:
      let digits = content(of: token).text
      if let value = Int64(digits) { return .integer(value) }
      guard let value = UInt64(digits) else { throw failure("unable to parse integer", at: token) }
      return .unsigned(value)
    case .true, .false: return .boolean(token.kind == .true)
    case .durationLiteral:
      do {
        return .duration(try span(of: token))
      } catch {
        throw plainFailure(error.message, at: token)
      }
    case .regexLiteral: return .regex(try pattern(of: token))
    case .boundParameter: throw unbound(token)
    default: throw unexpected(token, expected: "identifier", "string", "number", "bool")
    }
  }

  /// Why a parameter could not stand here: it has no name, no value, or one that cannot be bound.
  private func unbound(_ token: Token) -> ParseError {
    if token.parameter >= 0 { return plainFailure(content(of: token).text, at: token) }
    let name = content(of: token)
    return plainFailure(name.isEmpty ? "empty bound parameter" : "missing parameter: \(name)", at: token)
  }

  /// A name with dots and a cast. Blanks may not stand around its parts.
  private mutating func parseReference() throws(ParseError) -> Term {
    var name = try parseIdentifier()
    var next = scan()
    if next.kind == .dot {
      unscan()
      name = Name(try parseSegments(behind: name).map(\.text).joined(separator: "."))
      next = scan()
    }
    guard next.kind == .doubleColon else {
      unscan()
      return .reference(name, nil)
    }
    let token = scan()
    switch token.kind {
    case .field: return .reference(name, .field)
    case .tag: return .reference(name, .tag)
    case .identifier:
      guard let cast = Term.Cast(rawValue: content(of: token).text.lowercased()), cast != .field, cast != .tag else {
        throw unexpected(
          token, expected: "float", "integer", "unsigned", "string", "boolean", "field", "tag")
      }
      return .reference(name, cast)
    default: throw unexpected(token, expected: "float", "integer", "string", "boolean", "field", "tag")
    }
  }

  private mutating func parseWildcard() throws(ParseError) -> Term {
    guard scan().kind == .doubleColon else {
      unscan()
      return .wildcard(nil)
    }
    let token = scan()
    switch token.kind {
    case .field: return .wildcard(.field)
    case .tag: return .wildcard(.tag)
    default: throw unexpected(token, expected: "field", "tag")
    }
  }

  private mutating func parseDistinct(_ keyword: Token) throws(ParseError) -> Term {
    let next = scan()
    switch next.kind {
    case .leftParenthesis: return .call(try parseCall(of: keyword, named: "distinct"))
    case .whitespace: return .distinct(try parseIdentifier())
    default: throw unexpected(next, expected: "(", "identifier")
    }
  }

  private mutating func parseSigned(isNegative: Bool, at sign: Token) throws(ParseError) -> Term {
    let token = scanPastBlanks()
    unscan()
    switch token.kind {
    case .numberLiteral, .integerLiteral, .durationLiteral, .leftParenthesis, .identifier: break
    default: throw unexpected(token, expected: "identifier", "number", "duration", "(")
    }
    let term = try parseTerm()
    switch term {
    case .number(let value): return .number(isNegative ? -value : value)
    case .integer(let value): return .integer(isNegative ? 0 &- value : value)
    case .duration(let value): return .duration(isNegative ? TimeSpan(nanoseconds: 0 &- value.nanoseconds) : value)
    case .unsigned(let value):
      guard isNegative else { return term }
      guard value == UInt64(Int64.max) + 1 else {
        throw plainFailure("constant -\(value) underflows int64", at: sign)
      }
      return .integer(.min)
    default: return .signed(isNegative: isNegative, term)
    }
  }

  /// A call whose opening bracket has been read.
  private mutating func parseCall(of token: Token, named name: Name) throws(ParseError) -> Term.Call {
    try enter(at: token)
    var call = Term.Call(name: name.lowercased, arguments: [])
    if let pattern = try parseRegex() {
      call.arguments.append(Expression(first: .regex(pattern), rest: []))
    } else {
      if scan().kind == .rightParenthesis {
        leave()
        return call
      }
      unscan()
      call.arguments.append(try parseExpression())
    }
    while skip(.comma) {
      if let pattern = try parseRegex() {
        call.arguments.append(Expression(first: .regex(pattern), rest: []))
      } else {
        call.arguments.append(try parseExpression())
      }
    }
    let last = scan()
    guard last.kind == .rightParenthesis else { throw unexpected(last, expected: [.rightParenthesis]) }
    leave()
    return call
  }

  // MARK: Regular expressions

  /// A regular expression, if the next byte that was not read yet is a slash (or a parameter bound to one).
  ///
  /// The byte decides, not the next token: one that was put back stands in the way then, and is an error. A comment
  /// begins with a slash too, and so is read as a regular expression here.
  mutating func parseRegex() throws(ParseError) -> Name? {
    if let next = lexer.peek(), Byte.isBlank(next) { skipBlanks() }
    let next = lexer.peek()
    if next == Byte.dollar {
      let token = scan()
      unscan()
      guard token.kind == .regexLiteral else { return nil }
    } else if next != Byte.slash {
      return nil
    }
    // Bound first: as an argument it would be read into a copy of the parser made before.
    let token = scanRegex()
    return try pattern(of: token)
  }

  mutating func parseRequiredRegex() throws(ParseError) -> Name {
    if let pattern = try parseRegex() { return pattern }
    let token = scanPastBlanks()
    throw unexpected(token, expected: "regex")
  }

  private func pattern(of token: Token) throws(ParseError) -> Name {
    switch token.kind {
    case .regexLiteral:
      let pattern = content(of: token)
      if let problem = RegexSyntax.problem(in: pattern) { throw failure(problem, at: token) }
      return pattern
    case .badEscape: throw failure("bad escape: ", at: token)
    case .badRegex: throw failure("bad regex: ", at: token)
    default: throw unexpected(token, expected: "regex")
    }
  }
}
