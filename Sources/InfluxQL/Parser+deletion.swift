// DELETE and DROP SERIES.

extension Parser {
  mutating func parseDelete() throws(ParseError) -> Statement {
    Statement(kind: .delete, body: .deletion(try parseDeletion { $0.database == nil ? nil : "database not supported" }))
  }

  mutating func parseDropSeries() throws(ParseError) -> Statement {
    let deletion = try parseDeletion {
      if $0.retentionPolicy != nil { return "retention policy not supported" }
      return $0.database == nil ? nil : "database not supported"
    }
    return Statement(kind: .dropSeries, body: .deletion(deletion))
  }

  /// - Parameter problem: what the server says of a source, which always deletes in the request's database; it gives
  ///   no position.
  private mutating func parseDeletion(problem: (Measurement) -> String?) throws(ParseError) -> Deletion {
    let token = scanPastBlanks()
    var sources: [Measurement] = []
    if token.kind == .from {
      sources = try parseMeasurements()
      if let message = sources.reversed().lazy.compactMap(problem).first {
        throw ParseError(reason: .positioned(message), position: Position())
      }
    } else {
      unscan()
    }
    let condition = try parseCondition()
    guard condition != nil || token.kind == .from else { throw unexpected(token, expected: [.from, .where]) }
    return Deletion(sources: sources, condition: condition)
  }
}
