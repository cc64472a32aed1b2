// From the first words of a statement to the reader of its rest.

/// Reads statements, from their first words on.
enum StatementParser {
  static func parseStatements(_ tokens: inout TokenReader) throws(ParseError) -> [Statement] {
    var statements: [Statement] = []
    var isSeparated = true
    while true {
      let token = tokens.scanPastBlanks()
      switch token.kind {
      case .endOfText: return statements
      case .semicolon: isSeparated = true
      default:
        guard isSeparated else { throw tokens.unexpected(token, expected: ";") }
        statements.append(try parseStatement(&tokens, beginning: token))
        isSeparated = false
      }
    }
  }

  private static func parseStatement(_ tokens: inout TokenReader, beginning first: Token) throws(ParseError)
    -> Statement
  {
    tokens.holdsSecret = false
    switch first.kind {
    case .select: return Statement(kind: .select, body: .selection(try SelectionParser.parseSelection(&tokens)))
    case .delete: return try DeletionParser.parseDelete(&tokens)
    case .show: return try parseShow(&tokens)
    case .create: return try parseCreate(&tokens)
    case .drop: return try parseDrop(&tokens)
    case .explain: return try parseExplain(&tokens)
    case .grant: return try UserParser.parseGrant(&tokens)
    case .revoke: return try UserParser.parseRevoke(&tokens)
    case .alter:
      try tokens.expect(.retention)
      try tokens.expect(.policy)
      return try DatabaseParser.parseAlterRetentionPolicy(&tokens)
    case .set:
      try tokens.expect(.password)
      try tokens.expect(.for)
      return try UserParser.parseSetPassword(&tokens)
    case .kill:
      try tokens.expect(.query)
      return try parseKillQuery(&tokens)
    default:
      throw tokens.unexpected(
        first, expected: [.select, .delete, .show, .create, .drop, .explain, .grant, .revoke, .alter, .set, .kill])
    }
  }

  private static func parseShow(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .continuous: return try bare(&tokens, .showContinuousQueries, behind: .queries)
    case .databases: return Statement(kind: .showDatabases, body: .bare)
    case .diagnostics: return try parseModule(&tokens, of: .showDiagnostics)
    case .field: return try ShowParser.parseShowFieldKeys(&tokens)
    case .grants:
      try tokens.expect(.for)
      return Statement(kind: .showGrants, body: .named(try tokens.parseIdentifier()))
    case .measurement: return try ShowParser.parseShowMeasurementCardinality(&tokens)
    case .measurements: return try ShowParser.parseShowMeasurements(&tokens)
    case .queries: return Statement(kind: .showQueries, body: .bare)
    case .retention:
      try tokens.expect(.policies)
      return Statement(kind: .showRetentionPolicies, body: .on("", database: try tokens.parseOptionalDatabase()))
    case .series: return try ShowParser.parseShowSeries(&tokens)
    case .shard: return try bare(&tokens, .showShardGroups, behind: .groups)
    case .shards: return Statement(kind: .showShards, body: .bare)
    case .stats: return try parseModule(&tokens, of: .showStats)
    case .subscriptions: return Statement(kind: .showSubscriptions, body: .bare)
    case .tag: return try ShowParser.parseShowTags(&tokens)
    case .users: return Statement(kind: .showUsers, body: .bare)
    default:
      throw tokens.unexpected(
        token,
        expected: [
          .continuous, .databases, .diagnostics, .field, .grants, .measurement, .measurements, .queries, .retention,
          .series, .shard, .shards, .stats, .subscriptions, .tag, .users,
        ])
    }
  }

  private static func parseCreate(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .continuous:
      try tokens.expect(.query)
      return try ContinuousQueryParser.parseCreateContinuousQuery(&tokens)
    case .database: return try DatabaseParser.parseCreateDatabase(&tokens)
    case .user: return try UserParser.parseCreateUser(&tokens)
    case .retention:
      try tokens.expect(.policy)
      return try DatabaseParser.parseCreateRetentionPolicy(&tokens)
    case .subscription: return try UserParser.parseCreateSubscription(&tokens)
    default:
      throw tokens.unexpected(token, expected: [.continuous, .database, .user, .retention, .subscription])
    }
  }

  private static func parseDrop(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .continuous:
      try tokens.expect(.query)
      let (name, database) = try tokens.parseNameOnDatabase()
      return Statement(kind: .dropContinuousQuery, body: .on(name, database: database))
    case .database: return Statement(kind: .dropDatabase, body: .named(try tokens.parseIdentifier()))
    case .measurement: return Statement(kind: .dropMeasurement, body: .named(try tokens.parseIdentifier()))
    case .retention:
      try tokens.expect(.policy)
      let (name, database) = try tokens.parseNameOnDatabase()
      return Statement(kind: .dropRetentionPolicy, body: .on(name, database: database))
    case .series: return try DeletionParser.parseDropSeries(&tokens)
    case .shard: return Statement(kind: .dropShard, body: .number(try tokens.parseUnsigned(), host: nil))
    case .subscription:
      return Statement(kind: .dropSubscription, body: .subscription(try UserParser.parseSubscriptionName(&tokens)))
    case .user: return Statement(kind: .dropUser, body: .named(try tokens.parseIdentifier()))
    default:
      throw tokens.unexpected(
        token,
        expected: [.continuous, .database, .measurement, .retention, .series, .shard, .subscription, .user])
    }
  }

  private static func bare(_ tokens: inout TokenReader, _ kind: StatementKind, behind last: TokenKind)
    throws(ParseError) -> Statement
  {
    try tokens.expect(last)
    return Statement(kind: kind, body: .bare)
  }

  private static func parseModule(_ tokens: inout TokenReader, of kind: StatementKind) throws(ParseError) -> Statement {
    Statement(kind: kind, body: .module(tokens.skip(.for) ? try tokens.parseString().nonEmpty : nil))
  }

  private static func parseKillQuery(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let number = try tokens.parseUnsigned()
    let host = tokens.skip(.on) ? try tokens.parseIdentifier().nonEmpty : nil
    return Statement(kind: .killQuery, body: .number(number, host: host))
  }

  private static func parseExplain(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let analyzes = tokens.skip(.analyze)
    let isVerbose = tokens.skipWord("verbose")
    try tokens.expect(.select)
    let selection = try SelectionParser.parseSelection(&tokens)
    let explanation = ExplainedSelection(analyzes: analyzes, isVerbose: isVerbose, selection: selection)
    return Statement(kind: .explain, body: .explanation(explanation))
  }
}
