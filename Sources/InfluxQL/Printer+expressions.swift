// Printing of expressions, sources and the clauses around them.

extension Printer {
  /// - Parameter mayBeRegex: the parser looks for a regular expression where this stands. Elsewhere only a bound
  ///   parameter can put one, and only behind `=~` and `!~` can a text.
  mutating func write(_ expression: Expression, mayBeRegex: Bool = false) {
    if case .regex = expression.first, !mayBeRegex { isFaithful = false }
    write(expression.first)
    for operation in expression.rest {
      write(byte: Byte.space)
      write(text: operation.operator.rawValue)
      write(byte: Byte.space)
      if case .regex = operation.term, !operation.operator.takesRegex { isFaithful = false }
      write(operation.term)
    }
  }

  private mutating func write(_ term: Term) {
    switch term {
    case .reference(let name, let cast):
      write(name: name)
      write(cast)
    case .call(let call):
      write(functionName: call.name)
      write(byte: Byte.leftBracket)
      writeList(call.arguments) { $0.write($1, mayBeRegex: true) }
      write(byte: Byte.rightBracket)
    case .distinct(let name):
      write("DISTINCT ")
      if style == .faithful { write(name: name) } else { write(text: name.text) }
    case .string(let content): write(string: content)
    case .number(let value): write(number: value)
    case .integer(let value): write(decimal: value)
    case .unsigned(let value): write(decimal: value)
    case .boolean(let value): write(value ? "true" : "false")
    case .duration(let span): write(span)
    case .regex(let pattern): write(regex: pattern)
    case .wildcard(let cast):
      write(byte: Byte.asterisk)
      write(cast)
    case .parenthesized(let expression):
      write(byte: Byte.leftBracket)
      write(expression)
      write(byte: Byte.rightBracket)
    case .signed(let isNegative, let term):
      if style == .faithful {
        write(isNegative ? "-" : "+")
      } else {
        write(isNegative ? "-1 * " : "1 * ")
      }
      write(term)
    }
  }

  private mutating func write(number value: Double) {
    guard style == .early else { return write(text: DecimalFormat.decimal(value)) }
    let (text, isWhole) = DecimalFormat.threeDecimals(value)
    if !isWhole { losesDecimals = true }
    write(text: text)
  }

  private mutating func write(_ cast: Term.Cast?) {
    if let cast { write(text: "::\(cast.rawValue)") }
  }

  /// `distinct` is a keyword, and yet a function's name.
  private mutating func write(functionName name: Name) {
    if style == .faithful, name != "distinct" { write(name: name) } else { write(text: name.text) }
  }

  mutating func writeList<Element>(
    _ elements: [Element], separator: StaticString = ", ", each: (inout Printer, Element) -> Void
  ) {
    for index in elements.indices {
      if index > 0 { write(separator) }
      each(&self, elements[index])
    }
  }

  // MARK: Sources

  mutating func write(_ source: Source) {
    switch source {
    case .measurement(let measurement): write(measurement)
    case .subquery(let selection):
      write(byte: Byte.leftBracket)
      write(selection)
      write(byte: Byte.rightBracket)
    }
  }

  mutating func write(_ measurement: Measurement) {
    if let database = measurement.database {
      write(name: database)
      write(byte: Byte.dot)
    }
    if let policy = measurement.retentionPolicy { write(name: policy) }
    if measurement.database != nil || measurement.retentionPolicy != nil { write(byte: Byte.dot) }
    switch measurement.target {
    case .named(let name): if !name.isEmpty || style == .faithful { write(name: name) }
    case .matching(let pattern): write(regex: pattern)
    case .sameAsSource:
      // The word stands only behind a database or a policy; alone, the real parser reads it out of an empty name.
      let isAlone = measurement.database == nil && measurement.retentionPolicy == nil
      write(isAlone && style == .faithful ? "\"\"" : ":MEASUREMENT")
    }
  }

  // MARK: Clauses

  mutating func writeFrom(_ measurements: [Measurement]) {
    guard !measurements.isEmpty else { return }
    write(" FROM ")
    writeList(measurements) { $0.write($1) }
  }

  mutating func writeOn(_ database: Name?) {
    guard let database else { return }
    write(" ON ")
    write(name: database)
  }

  mutating func writeWhere(_ condition: Expression?) {
    guard let condition else { return }
    write(" WHERE ")
    write(condition)
  }

  mutating func writeGroupBy(_ dimensions: [Expression]) {
    guard !dimensions.isEmpty else { return }
    write(" GROUP BY ")
    writeList(dimensions) { $0.write($1, mayBeRegex: true) }
  }

  mutating func write(_ order: SortOrder?) {
    guard let order else { return }
    write(" ORDER BY ")
    if let field = order.field { write(text: field.text + " ") }
    write(order.isAscending ? "ASC" : "DESC")
  }

  /// `LIMIT n` and its kin; zero is none.
  mutating func write(_ keyword: String, _ count: Int64) {
    if count > 0 { write(text: " \(keyword) \(count)") }
  }

  mutating func writeWithKey(_ filter: TagKeyFilter) {
    write(" WITH KEY ")
    switch filter {
    case .equal(let key):
      write("= ")
      write(name: key)
    case .notEqual(let key):
      write("!= ")
      write(name: key)
    case .matches(let pattern):
      write("=~ ")
      write(regex: pattern)
    case .doesNotMatch(let pattern):
      write("!~ ")
      write(regex: pattern)
    case .oneOf(let keys):
      write("IN (")
      writeList(keys) { $0.write(name: $1) }
      write(byte: Byte.rightBracket)
    }
  }
}
