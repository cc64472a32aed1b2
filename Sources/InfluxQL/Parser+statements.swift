// From the first words of a statement to the reader of its rest.

extension Parser {
  mutating func parseStatements() throws(ParseError) -> [Statement] {
    var statements: [Statement] = []
    var isSeparated = true
    while true {
      let token = scanPastBlanks()
      switch token.kind {
      case .endOfText: return statements
      case .semicolon: isSeparated = true
      default:
        guard isSeparated else { throw unexpected(token, expected: ";") }
        statements.append(try parseStatement(beginning: token))
        isSeparated = false
      }
    }
  }

  private mutating func parseStatement(beginning first: Token) throws(ParseError) -> Statement {
    holdsSecret = false
    switch first.kind {
    case .select: return Statement(kind: .select, body: .selection(try parseSelection()))
    case .delete: return try parseDelete()
    case .show: return try parseShow()
    case .create: return try parseCreate()
    case .drop: return try parseDrop()
    case .explain: return try parseExplain()
    case .grant: return try parseGrant()
    case .revoke: return try parseRevoke()
    case .alter:
      try expect(.retention)
      try expect(.policy)
      return try parseAlterRetentionPolicy()
    case .set:
      try expect(.password)
      try expect(.for)
      return try parseSetPassword()
    case .kill:
      try expect(.query)
      return try parseKillQuery()
    default:
      throw unexpected(
        first, expected: [.select, .delete, .show, .create, .drop, .explain, .grant, .revoke, .alter, .set, .kill])
    }
  }

  private mutating func parseShow() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .continuous: return try bare(.showContinuousQueries, behind: .queries)
    case .databases: return Statement(kind: .showDatabases, body: .bare)
    case .diagnostics: return try parseModule(of: .showDiagnostics)
    case .field: return try parseShowFieldKeys()
    case .grants:
      try expect(.for)
      return Statement(kind: .showGrants, body: .named(try parseIdentifier()))
    case .measurement: return try parseShowMeasurementCardinality()
    case .measurements: return try parseShowMeasurements()
    case .queries: return Statement(kind: .showQueries, body: .bare)
    case .retention:
      try expect(.policies)
      return Statement(kind: .showRetentionPolicies, body: .on("", database: try parseOptionalDatabase()))
    case .series: return try parseShowSeries()
    case .shard: return try bare(.showShardGroups, behind: .groups)
    case .shards: return Statement(kind: .showShards, body: .bare)
    case .stats: return try parseModule(of: .showStats)
    case .subscriptions: return Statement(kind: .showSubscriptions, body: .bare)
    case .tag: return try parseShowTags()
    case .users: return Statement(kind: .showUsers, body: .bare)
    default:
      throw unexpected(
        token,
        expected: [
          .continuous, .databases, .diagnostics, .field, .grants, .measurement, .measurements, .queries, .retention,
          .series, .shard, .shards, .stats, .subscriptions, .tag, .users,
        ])
    }
  }

  private mutating func parseCreate() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .continuous:
      try expect(.query)
      return try parseCreateContinuousQuery()
    case .database: return try parseCreateDatabase()
    case .user: return try parseCreateUser()
    case .retention:
      try expect(.policy)
      return try parseCreateRetentionPolicy()
    case .subscription: return try parseCreateSubscription()
    default:
      throw unexpected(token, expected: [.continuous, .database, .user, .retention, .subscription])
    }
  }

  private mutating func parseDrop() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    switch token.kind {
    case .continuous:
      try expect(.query)
      let (name, database) = try parseNameOnDatabase()
      return Statement(kind: .dropContinuousQuery, body: .on(name, database: database))
    case .database: return Statement(kind: .dropDatabase, body: .named(try parseIdentifier()))
    case .measurement: return Statement(kind: .dropMeasurement, body: .named(try parseIdentifier()))
    case .retention:
      try expect(.policy)
      let (name, database) = try parseNameOnDatabase()
      return Statement(kind: .dropRetentionPolicy, body: .on(name, database: database))
    case .series: return try parseDropSeries()
    case .shard: return Statement(kind: .dropShard, body: .number(try parseUnsigned(), host: nil))
    case .subscription:
      return Statement(kind: .dropSubscription, body: .subscription(try parseSubscriptionName()))
    case .user: return Statement(kind: .dropUser, body: .named(try parseIdentifier()))
    default:
      throw unexpected(
        token,
        expected: [.continuous, .database, .measurement, .retention, .series, .shard, .subscription, .user])
    }
  }

  private mutating func bare(_ kind: StatementKind, behind last: TokenKind) throws(ParseError) -> Statement {
    try expect(last)
    return Statement(kind: kind, body: .bare)
  }

  private mutating func parseModule(of kind: StatementKind) throws(ParseError) -> Statement {
    Statement(kind: kind, body: .module(skip(.for) ? try parseString().nonEmpty : nil))
  }

  private mutating func parseKillQuery() throws(ParseError) -> Statement {
    let number = try parseUnsigned()
    let host = skip(.on) ? try parseIdentifier().nonEmpty : nil
    return Statement(kind: .killQuery, body: .number(number, host: host))
  }

  private mutating func parseExplain() throws(ParseError) -> Statement {
    let analyzes = skip(.analyze)
    let isVerbose = skipWord("verbose")
    try expect(.select)
    let selection = try parseSelection()
    let explanation = Explanation(analyzes: analyzes, isVerbose: isVerbose, selection: selection)
    return Statement(kind: .explain, body: .explanation(explanation))
  }
}
