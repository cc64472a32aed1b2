// CREATE CONTINUOUS QUERY.

/// Reads what follows CREATE CONTINUOUS QUERY.
enum ContinuousQueryParser {
  static func parseCreateContinuousQuery(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let (name, database) = try tokens.parseNameOnDatabase()
    var every: TimeSpan?
    var lookBack: TimeSpan?
    if tokens.skip(.resample) {
      if tokens.skip(.every) { every = try tokens.parseFiniteDuration().nonZero }
      if tokens.skip(.for) { lookBack = try tokens.parseFiniteDuration().nonZero }
      if every == nil, lookBack == nil {
        let token = tokens.scanPastBlanks()
        throw tokens.unexpected(token, expected: [.every, .for])
      }
    }
    try tokens.expect(.begin)
    try tokens.expect(.select)
    let selection = try SelectionParser.parseSelection(&tokens, requiresInto: true)
    let (interval, problem) = selection.groupingInterval
    if selection.hasCalls, interval == nil {
      tokens.unscan()
      tokens.unscan()
      let token = tokens.scanPastBlanks()
      throw tokens.unexpected(token, words: ["GROUP BY time(...)"] + (problem.map { [$0] } ?? []))
    }
    try tokens.expect(.end)
    if let problem { throw tokens.plainFailure(problem) }
    if let lookBack {
      let least = max(interval?.nanoseconds ?? 0, every?.nanoseconds ?? 0)
      if least > lookBack.nanoseconds {
        throw tokens.plainFailure(
          "FOR duration must be >= GROUP BY time duration: must be a minimum of "
            + "\(TimeSpan(nanoseconds: least)), got \(lookBack)")
      }
    }
    let query = ContinuousQuery(name: name, database: database, every: every, for: lookBack, selection: selection)
    return Statement(kind: .createContinuousQuery, body: .continuousQuery(query))
  }
}

extension TimeSpan {
  /// The server keeps zero for a duration that was not given.
  fileprivate var nonZero: TimeSpan? { nanoseconds == 0 ? nil : self }
}

extension Selection {
  /// Whether a field calls a function, so that the selection aggregates.
  fileprivate var hasCalls: Bool { fields.contains { $0.expression.hasCall } }

  /// The window of GROUP BY time(…); nil where there is none or it is zero. Or what is wrong with it.
  fileprivate var groupingInterval: (TimeSpan?, problem: String?) {
    for dimension in dimensions {
      guard case .call(let call) = dimension.only, call.name == "time" else { continue }
      guard (1...2).contains(call.arguments.count), let first = call.arguments.first else {
        return (nil, "time dimension expected 1 or 2 arguments")
      }
      guard case .duration(let interval) = first.only else {
        return (nil, "time dimension must have duration argument")
      }
      return (interval.nonZero, nil)
    }
    return (nil, nil)
  }
}

extension Expression {
  fileprivate var hasCall: Bool { first.hasCall || rest.contains { $0.term.hasCall } }
}

extension Term {
  fileprivate var hasCall: Bool {
    switch self {
    case .call: true
    case .parenthesized(let expression): expression.hasCall
    case .signed(_, let term): term.hasCall
    default: false
    }
  }
}
