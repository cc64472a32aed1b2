// SELECT, from its fields to its time zone.

extension Parser {
  /// The rest of a SELECT, whose keyword has been read.
  mutating func parseSelection(requiresInto: Bool = false) throws(ParseError) -> Selection {
    var selection = Selection(fields: try parseFields())
    selection.into = try parseInto(isRequired: requiresInto)
    try expect(.from)
    selection.sources = try parseSources()
    selection.condition = try parseCondition()
    selection.dimensions = try parseDimensions()
    selection.fill = try parseFill()
    selection.order = try parseOrder()
    selection.limit = try parseOptional(.limit)
    selection.offset = try parseOptional(.offset)
    selection.seriesLimit = try parseOptional(.slimit)
    selection.seriesOffset = try parseOptional(.soffset)
    selection.timeZone = try parseTimeZone()
    return selection
  }

  private mutating func parseFields() throws(ParseError) -> [Selection.Field] {
    var fields: [Selection.Field] = []
    repeat { fields.append(try parseField()) } while scanIs(.comma)
    return fields
  }

  /// Reads the very next token, blanks included, and keeps it read only if it is of this kind.
  private mutating func scanIs(_ kind: TokenKind) -> Bool {
    if scan().kind == kind { return true }
    unscan()
    return false
  }

  private mutating func parseField() throws(ParseError) -> Selection.Field {
    let expression: Expression
    if let pattern = try parseRegex() {
      expression = Expression(first: .regex(pattern), rest: [])
    } else {
      let first = scanPastBlanks()
      unscan()
      expression = try parseExpression()
      if let bad = expression.firstLogicalOperator {
        let place = failure("", at: first).position
        throw plainFailure(
          "invalid operator \(bad.rawValue) in SELECT clause at line \(place.line), char \(place.character); "
            + "operator is intended for WHERE clause", at: first)
      }
    }
    let alias = skip(.as) ? try parseIdentifier().nonEmpty : nil
    skipBlanks()
    return Selection.Field(expression: expression, alias: alias)
  }

  /// INTO. A colon may stand behind the name or behind the dot of `rp.`, and only `:MEASUREMENT` may follow it.
  private mutating func parseInto(isRequired: Bool) throws(ParseError) -> Measurement? {
    let token = scanPastBlanks()
    guard token.kind == .into else {
      if isRequired { throw unexpected(token, expected: [.into]) }
      unscan()
      return nil
    }
    var names = try parseSegments()
    if names.count < 3, lexer.peek() == Byte.colon {
      try expect(.colon)
      try expect(.measurement)
      names.append("")
    }
    return Measurement(segments: names, isTarget: true)
  }

  /// `fill(…)` is recognised by its name, not by a keyword, so it may be quoted.
  private mutating func parseFill() throws(ParseError) -> Selection.Fill {
    guard let (call, token) = try parseNamedCall("fill") else { return .null }
    guard let call else { throw plainFailure("fill must be a function call", at: token) }
    guard call.arguments.count == 1, let argument = call.arguments.first else {
      throw plainFailure("fill requires an argument, e.g.: 0, null, none, previous, linear", at: token)
    }
    switch argument.only {
    case .reference("null", nil): return .null
    case .reference("none", nil): return .none
    case .reference("previous", nil): return .previous
    case .reference("linear", nil): return .linear
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    default: throw plainFailure("expected number argument in fill()", at: token)
    }
  }

  private mutating func parseTimeZone() throws(ParseError) -> Name? {
    guard let (call, token) = try parseNamedCall("tz") else { return nil }
    guard let call else { throw plainFailure("tz must be a function call", at: token) }
    guard call.arguments.count == 1, let argument = call.arguments.first else {
      throw plainFailure("tz requires exactly one argument", at: token)
    }
    guard case .string(let name) = argument.only else {
      throw plainFailure("expected string argument in tz()", at: token)
    }
    guard TimeZoneName.isPlausible(name) else {
      throw plainFailure("unable to find time zone \(name)", at: token)
    }
    return name.isEmpty ? "UTC" : name
  }

  /// The expression that begins with this identifier, if one does; a nil call where it is something else than a call.
  private mutating func parseNamedCall(_ name: String) throws(ParseError) -> (call: Term.Call?, token: Token)? {
    let token = scanPastBlanks()
    unscan()
    guard token.kind == .identifier,
      content(of: token).text.utf8.elementsEqual(name.utf8, by: { Byte.isLetter($0) && $0 | 0x20 == $1 })
    else { return nil }
    guard case .call(let call) = try parseExpression().only else { return (nil, token) }
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
