// Statements that make and change databases and retention policies.

/// Reads the statements of databases and retention policies, behind their first words.
enum DatabaseParser {
  static func parseCreateDatabase(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    var database = DatabaseDefinition(name: try tokens.parseIdentifier())
    guard tokens.skip(.with) else { return Statement(kind: .createDatabase, body: .database(database)) }
    let token = tokens.scanPastBlanks()
    let isWord = tokens.isWord("future", token) || tokens.isWord("past", token)
    guard isWord || [.duration, .name, .replication, .shard].contains(token.kind) else {
      throw tokens.unexpected(token, expected: "DURATION", "NAME", "REPLICATION", "SHARD", "FUTURE", "PAST")
    }
    tokens.unscan()
    database.definesPolicy = true
    if tokens.skip(.duration) { database.policy.duration = try tokens.parseDuration() }
    if tokens.skip(.replication) { database.policy.replication = try tokens.parseReplication() }
    if tokens.skip(.shard) {
      try tokens.expect(.duration)
      database.policy.shardDuration = try tokens.parseDuration()
    }
    if tokens.skipWord("future") { database.policy.futureLimit = try parseWriteLimit(&tokens) }
    if tokens.skipWord("past") { database.policy.pastLimit = try parseWriteLimit(&tokens) }
    if tokens.skip(.name) { database.policyName = try tokens.parseIdentifier().nonEmpty }
    return Statement(kind: .createDatabase, body: .database(database))
  }

  static func parseCreateRetentionPolicy(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let (name, database) = try tokens.parseNameOnDatabase()
    var policy = PolicyDefinition(name: name, database: database)
    try tokens.expect(.duration)
    policy.options.duration = try tokens.parseDuration()
    try tokens.expect(.replication)
    policy.options.replication = try tokens.parseReplication()
    if tokens.skip(.shard) { policy.options.shardDuration = try parseShardDuration(&tokens) }
    policy.options.isDefault = tokens.skip(.default)
    if tokens.skipWord("future") { policy.options.futureLimit = try parseWriteLimit(&tokens) }
    if tokens.skipWord("past") { policy.options.pastLimit = try parseWriteLimit(&tokens) }
    return Statement(kind: .createRetentionPolicy, body: .policy(policy))
  }

  /// At least one option, in any order, none twice. The policy may be called DEFAULT without quotation marks.
  static func parseAlterRetentionPolicy(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let token = tokens.scanPastBlanks()
    let name: Name
    switch token.kind {
    case .default: name = "default"
    case .identifier: name = tokens.content(of: token)
    default: throw tokens.unexpected(token, expected: "identifier")
    }
    try tokens.expect(.on)
    var policy = PolicyDefinition(name: name, database: try tokens.parseIdentifier())
    var found: Set<String> = []
    while true {
      let token = tokens.scanPastBlanks()
      let word =
        tokens.isWord("future", token) ? "FUTURE" : tokens.isWord("past", token) ? "PAST" : token.kind.spelling
      if found.contains(word) { throw tokens.failure("found duplicate \(word) option", at: token) }
      switch word {
      case "DURATION": policy.options.duration = try tokens.parseDuration()
      case "REPLICATION": policy.options.replication = try tokens.parseReplication()
      case "SHARD": policy.options.shardDuration = try parseShardDuration(&tokens)
      case "DEFAULT": policy.options.isDefault = true
      case "FUTURE": policy.options.futureLimit = try parseWriteLimit(&tokens)
      case "PAST": policy.options.pastLimit = try parseWriteLimit(&tokens)
      default:
        if found.isEmpty {
          throw tokens.unexpected(token, expected: "DURATION", "REPLICATION", "SHARD", "DEFAULT", "FUTURE", "PAST")
        }
        tokens.unscan()
        return Statement(kind: .alterRetentionPolicy, body: .policy(policy))
      }
      found.insert(word)
    }
  }

  /// `DURATION d` behind SHARD, where INF is not allowed.
  private static func parseShardDuration(_ tokens: inout TokenReader) throws(ParseError) -> TimeSpan {
    try tokens.expect(.duration)
    let token = tokens.scanPastBlanks()
    if token.kind == .inf { throw tokens.failure("invalid duration INF for shard duration", at: token) }
    tokens.unscan()
    return try tokens.parseDuration()
  }

  private static func parseWriteLimit(_ tokens: inout TokenReader) throws(ParseError) -> TimeSpan {
    try tokens.expect(.limit)
    return try tokens.parseDuration()
  }
}
