// What a server keeps as text of its own and reads again later, when nobody is asked any more.

extension Statement {
  /// A server keeps it as text: 1.x prints a continuous query in its own words and reads those anew whenever it runs it,
  /// with every right (recorded of 1.6.7). So the second reading must be the one that was decided on.
  public var isKept: Bool { kind == .createContinuousQuery }

  /// Why the text that a server would keep is not to be trusted to be read again as this statement; nil where it is.
  ///
  /// Its printer writes the names of functions and the operand of DISTINCT without quotation marks, so those may need none.
  /// Beyond that both forms that 1.x servers print are read here, and must come to the same statement.
  ///
  /// - Parameter roundsNumbers: the server may be older than 1.12, and keep three decimals of a number.
  public func keepingProblem(roundsNumbers: Bool) -> String? {
    guard isKept, case .continuousQuery(let query) = body else { return nil }
    if let problem = query.selection.keepingProblem { return problem }
    var kept = query
    kept.selection = query.selection.asKept
    let expected = Statement(kind: kind, body: .continuousQuery(kept))
    for style in roundsNumbers ? [Printer.Style.early, .server] : [.server] {
      var printer = Printer(style)
      printer.write(self)
      if printer.losesDecimals { return "the server keeps no more than three decimals of a number" }
      guard printer.isFaithful, let again = try? Query(parsing: printer.bytes), again.statements == [expected] else {
        return "the server would keep it in words that are read differently"
      }
    }
    return nil
  }
}

extension Selection {
  /// What may not stand in it, whatever a second reading would make of it.
  fileprivate var keepingProblem: String? {
    for expression in expressions {
      if let problem = expression.keepingProblem { return problem }
    }
    if let timeZone, !timeZone.text.utf8.allSatisfy({ Byte.isWord($0) || "+-/".utf8.contains($0) }) {
      return "the time zone holds a character that the server does not escape"
    }
    for case .subquery(let selection) in sources {
      if let problem = selection.keepingProblem { return problem }
    }
    return nil
  }

  private var expressions: [Expression] {
    fields.map(\.expression) + dimensions + (condition.map { [$0] } ?? [])
  }

  /// As the server's printer says it: a sign as a product, a whole number of `fill` without its point.
  fileprivate var asKept: Selection {
    var kept = self
    for index in fields.indices { kept.fields[index].expression = fields[index].expression.asKept }
    for index in sources.indices {
      if case .subquery(let selection) = sources[index] { kept.sources[index] = .subquery(selection.asKept) }
    }
    kept.condition = condition?.asKept
    kept.dimensions = dimensions.map(\.asKept)
    if case .number(let value) = fill, let whole = Int64(exactly: value) { kept.fill = .integer(whole) }
    return kept
  }
}

extension Expression {
  fileprivate var keepingProblem: String? {
    if let problem = first.keepingProblem { return problem }
    for operation in rest {
      // Printed as `-1 *`, it would be torn apart by an operator that binds as tightly.
      if case .signed = operation.term, operation.operator.precedence >= Operator.multiply.precedence {
        return "a sign behind \(operation.operator.rawValue) needs brackets"
      }
      if let problem = operation.term.keepingProblem { return problem }
    }
    return nil
  }

  fileprivate var asKept: Expression {
    let (first, opened) = self.first.asKept
    var rest = opened
    for operation in self.rest {
      let (term, more) = operation.term.asKept
      rest.append(Operation(operator: operation.operator, term: term))
      rest += more
    }
    return Expression(first: first, rest: rest)
  }
}

extension Term {
  fileprivate var keepingProblem: String? {
    switch self {
    case .call(let call):
      guard call.name == "distinct" || Printer.isBare(call.name) else {
        return "the name of a function needs quotation marks, which the server does not keep"
      }
      for argument in call.arguments {
        if let problem = argument.keepingProblem { return problem }
      }
      return nil
    case .distinct(let name):
      return Printer.isBare(name)
        ? nil : "the operand of DISTINCT needs quotation marks, which the server does not keep"
    case .parenthesized(let expression): return expression.keepingProblem
    case .signed(_, let term): return term.keepingProblem
    default: return nil
    }
  }

  /// The term, and what follows it in the row.
  fileprivate var asKept: (first: Term, rest: [Expression.Operation]) {
    switch self {
    case .call(var call):
      call.arguments = call.arguments.map(\.asKept)
      return (.call(call), [])
    case .parenthesized(let expression): return (.parenthesized(expression.asKept), [])
    case .signed(let isNegative, let term):
      let (first, rest) = term.asKept
      return (.integer(isNegative ? -1 : 1), [Expression.Operation(operator: .multiply, term: first)] + rest)
    default: return (self, [])
    }
  }
}
