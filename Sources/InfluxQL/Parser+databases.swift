// Statements that make and change databases and retention policies.

extension Parser {
  mutating func parseCreateDatabase() throws(ParseError) -> Statement {
    var database = DatabaseDefinition(name: try parseIdentifier())
    guard skip(.with) else { return Statement(kind: .createDatabase, body: .database(database)) }
    let token = scanPastBlanks()
    let isWord = isWord("future", token) || isWord("past", token)
    guard isWord || [.duration, .name, .replication, .shard].contains(token.kind) else {
      throw unexpected(token, expected: "DURATION", "NAME", "REPLICATION", "SHARD", "FUTURE", "PAST")
    }
    unscan()
    database.definesPolicy = true
    if skip(.duration) { database.policy.duration = try parseDuration() }
    if skip(.replication) { database.policy.replication = try parseReplication() }
    if skip(.shard) {
      try expect(.duration)
      database.policy.shardDuration = try parseDuration()
    }
    if skipWord("future") { database.policy.futureLimit = try parseWriteLimit() }
    if skipWord("past") { database.policy.pastLimit = try parseWriteLimit() }
    if skip(.name) { database.policyName = try parseIdentifier().nonEmpty }
    return Statement(kind: .createDatabase, body: .database(database))
  }

  mutating func parseCreateRetentionPolicy() throws(ParseError) -> Statement {
    let (name, database) = try parseNameOnDatabase()
    var policy = PolicyDefinition(name: name, database: database)
    try expect(.duration)
    policy.options.duration = try parseDuration()
    try expect(.replication)
    policy.options.replication = try parseReplication()
    if skip(.shard) { policy.options.shardDuration = try parseShardDuration() }
    policy.options.isDefault = skip(.default)
    if skipWord("future") { policy.options.futureLimit = try parseWriteLimit() }
    if skipWord("past") { policy.options.pastLimit = try parseWriteLimit() }
    return Statement(kind: .createRetentionPolicy, body: .policy(policy))
  }

  /// At least one option, in any order, none twice. The policy may be called DEFAULT without quotation marks.
  mutating func parseAlterRetentionPolicy() throws(ParseError) -> Statement {
    let token = scanPastBlanks()
    let name: Name
    switch token.kind {
    case .default: name = "default"
    case .identifier: name = content(of: token)
    default: throw unexpected(token, expected: "identifier")
    }
    try expect(.on)
    var policy = PolicyDefinition(name: name, database: try parseIdentifier())
    var found: Set<String> = []
    while true {
      let token = scanPastBlanks()
      let word =
        isWord("future", token) ? "FUTURE" : isWord("past", token) ? "PAST" : token.kind.spelling
      if found.contains(word) { throw failure("found duplicate \(word) option", at: token) }
      switch word {
      case "DURATION": policy.options.duration = try parseDuration()
      case "REPLICATION": policy.options.replication = try parseReplication()
      case "SHARD": policy.options.shardDuration = try parseShardDuration()
      case "DEFAULT": policy.options.isDefault = true
      case "FUTURE": policy.options.futureLimit = try parseWriteLimit()
      case "PAST": policy.options.pastLimit = try parseWriteLimit()
      default:
        if found.isEmpty {
          throw unexpected(token, expected: "DURATION", "REPLICATION", "SHARD", "DEFAULT", "FUTURE", "PAST")
        }
        unscan()
        return Statement(kind: .alterRetentionPolicy, body: .policy(policy))
      }
      found.insert(word)
    }
  }

  /// `DURATION d` behind SHARD, where INF is not allowed.
  private mutating func parseShardDuration() throws(ParseError) -> TimeSpan {
    try expect(.duration)
    let token = scanPastBlanks()
    if token.kind == .inf { throw failure("invalid duration INF for shard duration", at: token) }
    unscan()
    return try parseDuration()
  }

  private mutating func parseWriteLimit() throws(ParseError) -> TimeSpan {
    try expect(.limit)
    return try parseDuration()
  }
}
