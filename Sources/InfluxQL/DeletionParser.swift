// DELETE and DROP SERIES.

/// Reads what follows DELETE and DROP SERIES.
enum DeletionParser {
  static func parseDelete(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    Statement(
      kind: .delete, body: .deletion(try parseDeletion(&tokens) { $0.database == nil ? nil : "database not supported" })
    )
  }

  static func parseDropSeries(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let deletion = try parseDeletion(&tokens) {
      if $0.retentionPolicy != nil { return "retention policy not supported" }
      return $0.database == nil ? nil : "database not supported"
    }
    return Statement(kind: .dropSeries, body: .deletion(deletion))
  }

  /// - Parameter problem: what the server says of a source, which always deletes in the request's database; it gives
  ///   no position.
  private static func parseDeletion(_ tokens: inout TokenReader, problem: (Measurement) -> String?) throws(ParseError)
    -> Deletion
  {
    let token = tokens.scanPastBlanks()
    var sources: [Measurement] = []
    if token.kind == .from {
      sources = try SourceParser.parseMeasurements(&tokens)
      if let message = sources.reversed().lazy.compactMap(problem).first {
        throw ParseError(reason: .positioned(message), position: Position())
      }
    } else {
      tokens.unscan()
    }
    let condition = try ClauseParser.parseCondition(&tokens)
    guard condition != nil || token.kind == .from else { throw tokens.unexpected(token, expected: [.from, .where]) }
    return Deletion(sources: sources, condition: condition)
  }
}
