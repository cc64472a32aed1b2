// The SHOW statements that have clauses.

/// Reads the SHOW statements that have clauses.
enum ShowParser {
  static func parseShowSeries(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let isExact = tokens.skip(.exact)
    if tokens.skip(.cardinality) { return try parseCardinality(&tokens, .showSeriesCardinality, isExact: isExact) }
    // The server forgets EXACT where CARDINALITY does not follow.
    var query = MetadataQuery(
      database: try tokens.parseOptionalDatabase(), sources: try parseOptionalMeasurements(&tokens))
    query.condition = try ClauseParser.parseCondition(&tokens)
    try parsePage(&tokens, of: &query)
    return Statement(kind: .showSeries, body: .metadata(query))
  }

  /// SHOW FIELD KEYS and SHOW FIELD KEY … CARDINALITY.
  static func parseShowFieldKeys(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .key: return try parseKeyCardinality(&tokens, .showFieldKeyCardinality)
    case .keys: break
    default: throw tokens.unexpected(token, expected: [.key, .keys])
    }
    // A 1.12 server overlooks here that no identifier stands behind ON, and takes the request's database. Older ones
    // refuse that, and so does this.
    var query = MetadataQuery(
      database: try tokens.parseOptionalDatabase(), sources: try parseOptionalMeasurements(&tokens))
    try parsePage(&tokens, of: &query)
    return Statement(kind: .showFieldKeys, body: .metadata(query))
  }

  /// SHOW TAG KEYS, SHOW TAG VALUES and their cardinalities.
  static func parseShowTags(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .key: return try parseKeyCardinality(&tokens, .showTagKeyCardinality)
    case .keys: return try parseShowTagKeys(&tokens)
    case .values: return try parseShowTagValues(&tokens)
    default: throw tokens.unexpected(token, expected: [.key, .keys, .values])
    }
  }

  private static func parseShowTagKeys(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    var query = MetadataQuery(
      database: try tokens.parseOptionalDatabase(), sources: try parseOptionalMeasurements(&tokens))
    if tokens.skip(.with) {
      tokens.unscan()
      query.tagKeys = try ClauseParser.parseTagKeyFilter(&tokens)
    }
    query.condition = try ClauseParser.parseCondition(&tokens)
    try parsePage(&tokens, of: &query)
    query.seriesLimit = try tokens.parseOptional(.slimit)
    query.seriesOffset = try tokens.parseOptional(.soffset)
    return Statement(kind: .showTagKeys, body: .metadata(query))
  }

  private static func parseShowTagValues(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    if tokens.skip(.exact) {
      try tokens.expect(.cardinality)
      return try parseCardinality(&tokens, .showTagValuesCardinality, isExact: true)
    }
    if tokens.skip(.cardinality) { return try parseCardinality(&tokens, .showTagValuesCardinality, isExact: false) }
    var query = MetadataQuery(
      database: try tokens.parseOptionalDatabase(), sources: try parseOptionalMeasurements(&tokens))
    query.tagKeys = try ClauseParser.parseTagKeyFilter(&tokens)
    query.condition = try ClauseParser.parseCondition(&tokens)
    try parsePage(&tokens, of: &query)
    return Statement(kind: .showTagValues, body: .metadata(query))
  }

  static func parseShowMeasurementCardinality(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .exact:
      try tokens.expect(.cardinality)
      return try parseCardinality(&tokens, .showMeasurementCardinality, isExact: true)
    case .cardinality: return try parseCardinality(&tokens, .showMeasurementCardinality, isExact: false)
    default: throw tokens.unexpected(token, expected: [.exact, .cardinality])
    }
  }

  private static func parseKeyCardinality(_ tokens: inout TokenReader, _ kind: StatementKind) throws(ParseError)
    -> Statement
  {
    let isExact = tokens.skip(.exact)
    let token = tokens.scanPastBlanks()
    guard token.kind == .cardinality else {
      throw tokens.unexpected(token, expected: isExact ? [.cardinality] : [.exact, .cardinality])
    }
    return try parseCardinality(&tokens, kind, isExact: isExact)
  }

  private static func parseCardinality(_ tokens: inout TokenReader, _ kind: StatementKind, isExact: Bool)
    throws(ParseError) -> Statement
  {
    var query = MetadataQuery(
      database: try tokens.parseOptionalDatabase(), sources: try parseOptionalMeasurements(&tokens))
    if kind == .showTagValuesCardinality { query.tagKeys = try ClauseParser.parseTagKeyFilter(&tokens) }
    query.condition = try ClauseParser.parseCondition(&tokens)
    query.dimensions = try ClauseParser.parseDimensions(&tokens)
    query.limit = try tokens.parseOptional(.limit)
    query.offset = try tokens.parseOptional(.offset)
    query.isExact = isExact
    return Statement(kind: kind, body: .metadata(query))
  }

  private static func parseOptionalMeasurements(_ tokens: inout TokenReader) throws(ParseError) -> [Measurement] {
    tokens.skip(.from) ? try SourceParser.parseMeasurements(&tokens) : []
  }

  private static func parsePage(_ tokens: inout TokenReader, of query: inout MetadataQuery) throws(ParseError) {
    query.order = try ClauseParser.parseOrder(&tokens)
    query.limit = try tokens.parseOptional(.limit)
    query.offset = try tokens.parseOptional(.offset)
  }

  static func parseShowMeasurements(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    var query = MeasurementsQuery()
    if tokens.skip(.on) {
      query.database = try parseScope(&tokens)
      if tokens.skip(.dot) { query.retentionPolicy = try parseScope(&tokens) }
    }
    if tokens.skip(.with) {
      try tokens.expect(.measurement)
      let token = tokens.scanPastBlanks()
      guard token.kind == .equal || token.kind == .matches else {
        throw tokens.unexpected(token, expected: [.equal, .matches])
      }
      // The server does not mind a name behind =~ nor a regular expression behind =.
      query.filter = try SourceParser.parseMeasurement(&tokens)
    }
    query.condition = try ClauseParser.parseCondition(&tokens)
    query.order = try ClauseParser.parseOrder(&tokens)
    query.limit = try tokens.parseOptional(.limit)
    query.offset = try tokens.parseOptional(.offset)
    return Statement(kind: .showMeasurements, body: .measurements(query))
  }

  private static func parseScope(_ tokens: inout TokenReader) throws(ParseError) -> MeasurementsQuery.Scope? {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .multiply: return .every
    case .identifier: return tokens.content(of: token).nonEmpty.map { .named($0) }
    default: throw tokens.unexpected(token, expected: "identifier or *")
    }
  }
}
