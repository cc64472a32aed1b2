// FROM clauses, and the segmented names that they share with INTO and with field references.

/// Reads what stands behind FROM and INTO.
enum SourceParser {
  /// The entries of a FROM clause that may hold sub-queries.
  static func parseSources(_ tokens: inout TokenReader) throws(ParseError) -> [Source] {
    var sources: [Source] = []
    repeat { sources.append(try parseSource(&tokens)) } while tokens.skip(.comma)
    return sources
  }

  /// The entries of a FROM clause that may hold none.
  static func parseMeasurements(_ tokens: inout TokenReader) throws(ParseError) -> [Measurement] {
    var measurements: [Measurement] = []
    repeat { measurements.append(try parseMeasurement(&tokens)) } while tokens.skip(.comma)
    return measurements
  }

  private static func parseSource(_ tokens: inout TokenReader) throws(ParseError) -> Source {
    if let pattern = try ExpressionParser.parseRegex(&tokens) {
      return .measurement(Measurement(database: nil, retentionPolicy: nil, target: .matching(pattern)))
    }
    let token = tokens.scanPastBlanks()
    guard token.kind == .leftParenthesis else {
      tokens.unscan()
      return .measurement(try parseNamedMeasurement(&tokens))
    }
    try tokens.enter(at: token)
    try tokens.expect(.select)
    let selection = try SelectionParser.parseSelection(&tokens)
    try tokens.expect(.rightParenthesis)
    tokens.leave()
    return .subquery(selection)
  }

  static func parseMeasurement(_ tokens: inout TokenReader) throws(ParseError) -> Measurement {
    if let pattern = try ExpressionParser.parseRegex(&tokens) {
      return Measurement(database: nil, retentionPolicy: nil, target: .matching(pattern))
    }
    return try parseNamedMeasurement(&tokens)
  }

  private static func parseNamedMeasurement(_ tokens: inout TokenReader) throws(ParseError) -> Measurement {
    let names = try parseSegments(&tokens)
    // The server looks for a regular expression here even where no dot stands before it, and is surprised to find one.
    if names.count < 3, let pattern = try ExpressionParser.parseRegex(&tokens) {
      let database = names.count == 2 ? names[0] : ""
      return Measurement(
        database: database.nonEmpty, retentionPolicy: names[names.count - 1].nonEmpty, target: .matching(pattern))
    }
    return Measurement(segments: names, isTarget: false)
  }

  /// `a`, `a.b`, `a.b.c` or `a..c`; also what stands before a slash or colon behind a dot, which is left unread.
  static func parseSegments(_ tokens: inout TokenReader) throws(ParseError) -> [Name] {
    try parseSegments(&tokens, behind: tokens.parseIdentifier())
  }

  /// The same, when the first name has been read.
  static func parseSegments(_ tokens: inout TokenReader, behind first: Name) throws(ParseError) -> [Name] {
    var names = [first]
    while true {
      guard tokens.scan().kind == .dot else {
        tokens.unscan()
        break
      }
      let next = tokens.lexer.peek()
      if next == Byte.slash || next == Byte.colon { break }
      if next == Byte.dot {
        names.append("")
      } else {
        names.append(try tokens.parseIdentifier())
      }
    }
    guard names.count <= 3 else {
      let message = "too many segments in \(Printer.quoted(segments: names))"
      throw ParseError(reason: .positioned(message), position: Position())
    }
    return names
  }
}

extension Measurement {
  /// One to three segments: the last is the measurement, before it the policy, before that the database.
  init(segments: [Name], isTarget: Bool) {
    let name = segments.last ?? ""
    self.init(
      database: segments.count > 2 ? segments[0].nonEmpty : nil,
      retentionPolicy: segments.count > 1 ? segments[segments.count - 2].nonEmpty : nil,
      target: name.isEmpty && isTarget ? .sameAsSource : .named(name))
  }
}
