// SELECT, from its fields to its time zone.

/// Reads what follows SELECT.
enum SelectionParser {
  /// The rest of a SELECT, whose keyword has been read.
  static func parseSelection(_ tokens: inout TokenReader, requiresInto: Bool = false) throws(ParseError) -> Selection {
    var selection = Selection(fields: try parseFields(&tokens))
    selection.into = try parseInto(&tokens, isRequired: requiresInto)
    try tokens.expect(.from)
    selection.sources = try SourceParser.parseSources(&tokens)
    selection.condition = try ClauseParser.parseCondition(&tokens)
    selection.dimensions = try ClauseParser.parseDimensions(&tokens)
    selection.fill = try parseFill(&tokens)
    selection.order = try ClauseParser.parseOrder(&tokens)
    selection.limit = try tokens.parseOptional(.limit)
    selection.offset = try tokens.parseOptional(.offset)
    selection.seriesLimit = try tokens.parseOptional(.slimit)
    selection.seriesOffset = try tokens.parseOptional(.soffset)
    selection.timeZone = try parseTimeZone(&tokens)
    return selection
  }

  private static func parseFields(_ tokens: inout TokenReader) throws(ParseError) -> [Selection.Field] {
    var fields: [Selection.Field] = []
    repeat { fields.append(try parseField(&tokens)) } while scanIs(&tokens, .comma)
    return fields
  }

  /// Reads the very next token, blanks included, and keeps it read only if it is of this kind.
  private static func scanIs(_ tokens: inout TokenReader, _ kind: TokenKind) -> Bool {
    if tokens.scan().kind == kind { return true }
    tokens.unscan()
    return false
  }

  private static func parseField(_ tokens: inout TokenReader) throws(ParseError) -> Selection.Field {
    let expression: Expression
    if let pattern = try ExpressionParser.parseRegex(&tokens) {
      expression = Expression(first: .regex(pattern), rest: [])
    } else {
      let first = tokens.scanPastBlanks()
      tokens.unscan()
      expression = try ExpressionParser.parseExpression(&tokens)
      if let bad = expression.firstLogicalOperator {
        let place = tokens.failure("", at: first).position
        throw tokens.plainFailure(
          "invalid operator \(bad.rawValue) in SELECT clause at line \(place.line), char \(place.character); "
            + "operator is intended for WHERE clause", at: first)
      }
    }
    let alias = tokens.skip(.as) ? try tokens.parseIdentifier().nonEmpty : nil
    tokens.skipBlanks()
    return Selection.Field(expression: expression, alias: alias)
  }

  /// INTO. A colon may stand behind the name or behind the dot of `rp.`, and only `:MEASUREMENT` may follow it.
  private static func parseInto(_ tokens: inout TokenReader, isRequired: Bool) throws(ParseError) -> Measurement? {
    let token = tokens.scanPastBlanks()
    guard token.kind == .into else {
      if isRequired { throw tokens.unexpected(token, expected: [.into]) }
      tokens.unscan()
      return nil
    }
    var names = try SourceParser.parseSegments(&tokens)
    if names.count < 3, tokens.lexer.peek() == Byte.colon {
      try tokens.expect(.colon)
      try tokens.expect(.measurement)
      names.append("")
    }
    return Measurement(segments: names, isTarget: true)
  }

  /// `fill(…)` is recognised by its name, not by a keyword, so it may be quoted.
  private static func parseFill(_ tokens: inout TokenReader) throws(ParseError) -> Selection.Fill {
    guard let (call, token) = try parseNamedCall(&tokens, "fill") else { return .null }
    guard let call else { throw tokens.plainFailure("fill must be a function call", at: token) }
    guard call.arguments.count == 1, let argument = call.arguments.first else {
      throw tokens.plainFailure("fill requires an argument, e.g.: 0, null, none, previous, linear", at: token)
    }
    switch argument.only {
    case .reference("null", nil): return .null
    case .reference("none", nil): return .none
    case .reference("previous", nil): return .previous
    case .reference("linear", nil): return .linear
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    default: throw tokens.plainFailure("expected number argument in fill()", at: token)
    }
  }

  private static func parseTimeZone(_ tokens: inout TokenReader) throws(ParseError) -> Name? {
    guard let (call, token) = try parseNamedCall(&tokens, "tz") else { return nil }
    guard let call else { throw tokens.plainFailure("tz must be a function call", at: token) }
    guard call.arguments.count == 1, let argument = call.arguments.first else {
      throw tokens.plainFailure("tz requires exactly one argument", at: token)
    }
    guard case .string(let name) = argument.only else {
      throw tokens.plainFailure("expected string argument in tz()", at: token)
    }
    guard TimeZoneName.isPlausible(name) else {
      throw tokens.plainFailure("unable to find time zone \(name)", at: token)
    }
    return name.isEmpty ? "UTC" : name
  }

  /// The expression that begins with this identifier, if one does; a nil call where it is something else than a call.
  private static func parseNamedCall(_ tokens: inout TokenReader, _ name: String) throws(ParseError) -> (
    call: Term.Call?, token: Token
  )? {
    let token = tokens.scanPastBlanks()
    tokens.unscan()
    guard token.kind == .identifier,
      tokens.content(of: token).text.utf8.elementsEqual(name.utf8, by: { Byte.isLetter($0) && $0 | 0x20 == $1 })
    else { return nil }
    guard case .call(let call) = try ExpressionParser.parseExpression(&tokens).only else { return (nil, token) }
    return (call, token)
  }
}

extension Expression {
  /// The operator that a SELECT clause may not hold and that the server would name: the loosest, outermost one.
  var firstLogicalOperator: Operator? {
    var root: Operator?
    var logical: Operator?
    for operation in rest {
      // Of equally loose ones the last.
      if operation.operator.precedence <= root?.precedence ?? .max { root = operation.operator }
      if operation.operator.isLogical { logical = operation.operator }
    }
    if let root, root.isLogical { return root }
    if let logical { return logical }
    var found = first.firstLogicalOperator
    for operation in rest { found = operation.term.firstLogicalOperator ?? found }
    return found
  }
}

extension Term {
  fileprivate var firstLogicalOperator: Operator? {
    switch self {
    case .parenthesized(let expression): return expression.firstLogicalOperator
    case .signed(_, let term): return term.firstLogicalOperator
    case .call(let call): return call.arguments.compactMap(\.firstLogicalOperator).last
    default: return nil
    }
  }
}
