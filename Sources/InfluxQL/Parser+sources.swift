// FROM clauses, and the segmented names that they share with INTO and with field references.

extension Parser {
  /// The entries of a FROM clause that may hold sub-queries.
  mutating func parseSources() throws(ParseError) -> [Source] {
    var sources: [Source] = []
    repeat { sources.append(try parseSource()) } while skip(.comma)
    return sources
  }

  /// The entries of a FROM clause that may hold none.
  mutating func parseMeasurements() throws(ParseError) -> [Measurement] {
    var measurements: [Measurement] = []
    repeat { measurements.append(try parseMeasurement()) } while skip(.comma)
    return measurements
  }

  private mutating func parseSource() throws(ParseError) -> Source {
    if let pattern = try parseRegex() {
      return .measurement(Measurement(database: nil, retentionPolicy: nil, target: .matching(pattern)))
    }
    let token = scanPastBlanks()
    guard token.kind == .leftParenthesis else {
      unscan()
      return .measurement(try parseNamedMeasurement())
    }
    try enter(at: token)
    try expect(.select)
    let selection = try parseSelection()
    try expect(.rightParenthesis)
    leave()
    return .subquery(selection)
  }

  mutating func parseMeasurement() throws(ParseError) -> Measurement {
    if let pattern = try parseRegex() {
      return Measurement(database: nil, retentionPolicy: nil, target: .matching(pattern))
    }
    return try parseNamedMeasurement()
  }

  private mutating func parseNamedMeasurement() throws(ParseError) -> Measurement {
    let names = try parseSegments()
    // The server looks for a regular expression here even where no dot stands before it, and is surprised to find one.
    if names.count < 3, let pattern = try parseRegex() {
      let database = names.count == 2 ? names[0] : ""
      return Measurement(
        database: database.nonEmpty, retentionPolicy: names[names.count - 1].nonEmpty, target: .matching(pattern))
    }
    return Measurement(segments: names, isTarget: false)
  }

  /// `a`, `a.b`, `a.b.c` or `a..c`; also what stands before a slash or colon behind a dot, which is left unread.
  mutating func parseSegments() throws(ParseError) -> [Name] {
    try parseSegments(behind: parseIdentifier())
  }

  /// The same, when the first name has been read.
  mutating func parseSegments(behind first: Name) throws(ParseError) -> [Name] {
    var names = [first]
    while true {
      guard scan().kind == .dot else {
        unscan()
        break
      }
      let next = lexer.peek()
      if next == Byte.slash || next == Byte.colon { break }
      if next == Byte.dot {
        names.append("")
      } else {
        names.append(try parseIdentifier())
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
