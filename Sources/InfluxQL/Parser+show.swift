// The SHOW statements that have clauses.

extension Parser {
  mutating func parseShowSeries() throws(ParseError) -> Statement {
    let isExact = skip(.exact)
    if skip(.cardinality) { return try parseCardinality(.showSeriesCardinality, isExact: isExact) }
    // The server forgets EXACT where CARDINALITY does not follow.
    var query = MetadataQuery(database: try parseOptionalDatabase(), sources: try parseOptionalMeasurements())
    query.condition = try parseCondition()
    try parsePage(of: &query)
    return Statement(kind: .showSeries, body: .metadata(query))
  }

  /// SHOW FIELD KEYS and SHOW FIELD KEY … CARDINALITY.
  mutating func parseShowFieldKeys() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .key: return try parseKeyCardinality(.showFieldKeyCardinality)
    case .keys: break
    default: throw unexpected(token, expected: [.key, .keys])
    }
    // A 1.12 server overlooks here that no identifier stands behind ON, and takes the request's database. Older ones
    // refuse that, and so does this.
    var query = MetadataQuery(database: try parseOptionalDatabase(), sources: try parseOptionalMeasurements())
    try parsePage(of: &query)
    return Statement(kind: .showFieldKeys, body: .metadata(query))
  }

  /// SHOW TAG KEYS, SHOW TAG VALUES and their cardinalities.
  mutating func parseShowTags() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .key: return try parseKeyCardinality(.showTagKeyCardinality)
    case .keys: return try parseShowTagKeys()
    case .values: return try parseShowTagValues()
    default: throw unexpected(token, expected: [.key, .keys, .values])
    }
  }

  private mutating func parseShowTagKeys() throws(ParseError) -> Statement {
    var query = MetadataQuery(database: try parseOptionalDatabase(), sources: try parseOptionalMeasurements())
    if skip(.with) {
      unscan()
      query.tagKeys = try parseTagKeyFilter()
    }
    query.condition = try parseCondition()
    try parsePage(of: &query)
    query.seriesLimit = try parseOptional(.slimit)
    query.seriesOffset = try parseOptional(.soffset)
    return Statement(kind: .showTagKeys, body: .metadata(query))
  }

  private mutating func parseShowTagValues() throws(ParseError) -> Statement {
    if skip(.exact) {
      try expect(.cardinality)
      return try parseCardinality(.showTagValuesCardinality, isExact: true)
    }
    if skip(.cardinality) { return try parseCardinality(.showTagValuesCardinality, isExact: false) }
    var query = MetadataQuery(database: try parseOptionalDatabase(), sources: try parseOptionalMeasurements())
    query.tagKeys = try parseTagKeyFilter()
    query.condition = try parseCondition()
    try parsePage(of: &query)
    return Statement(kind: .showTagValues, body: .metadata(query))
  }

  mutating func parseShowMeasurementCardinality() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .exact:
      try expect(.cardinality)
      return try parseCardinality(.showMeasurementCardinality, isExact: true)
    case .cardinality: return try parseCardinality(.showMeasurementCardinality, isExact: false)
    default: throw unexpected(token, expected: [.exact, .cardinality])
    }
  }

  private mutating func parseKeyCardinality(_ kind: StatementKind) throws(ParseError) -> Statement {
    let isExact = skip(.exact)
    let token = scanPastBlanks()
    guard token.kind == .cardinality else {
      throw unexpected(token, expected: isExact ? [.cardinality] : [.exact, .cardinality])
    }
    return try parseCardinality(kind, isExact: isExact)
  }

  private mutating func parseCardinality(_ kind: StatementKind, isExact: Bool) throws(ParseError) -> Statement {
    var query = MetadataQuery(database: try parseOptionalDatabase(), sources: try parseOptionalMeasurements())
    if kind == .showTagValuesCardinality { query.tagKeys = try parseTagKeyFilter() }
    query.condition = try parseCondition()
    query.dimensions = try parseDimensions()
    query.limit = try parseOptional(.limit)
    query.offset = try parseOptional(.offset)
    query.isExact = isExact
    return Statement(kind: kind, body: .metadata(query))
  }

  private mutating func parseOptionalMeasurements() throws(ParseError) -> [Measurement] {
    skip(.from) ? try parseMeasurements() : []
  }

  private mutating func parsePage(of query: inout MetadataQuery) throws(ParseError) {
    query.order = try parseOrder()
    query.limit = try parseOptional(.limit)
    query.offset = try parseOptional(.offset)
  }

  mutating func parseShowMeasurements() throws(ParseError) -> Statement {
    var query = MeasurementsQuery()
    if skip(.on) {
      query.database = try parseScope()
      if skip(.dot) { query.retentionPolicy = try parseScope() }
    }
    if skip(.with) {
      try expect(.measurement)
      let token = scanPastBlanks()
      guard token.kind == .equal || token.kind == .matches else {
        throw unexpected(token, expected: [.equal, .matches])
      }
      // The server does not mind a name behind =~ nor a regular expression behind =.
      query.filter = try parseMeasurement()
    }
    query.condition = try parseCondition()
    query.order = try parseOrder()
    query.limit = try parseOptional(.limit)
    query.offset = try parseOptional(.offset)
    return Statement(kind: .showMeasurements, body: .measurements(query))
  }

  private mutating func parseScope() throws(ParseError) -> MeasurementsQuery.Scope? {
    let token = scanPastBlanks()
    switch token.kind {
    case .multiply: return .every
    case .identifier: return content(of: token).nonEmpty.map { .named($0) }
    default: throw unexpected(token, expected: "identifier or *")
    }
  }
}
