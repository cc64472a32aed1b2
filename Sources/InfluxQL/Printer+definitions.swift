// Printing of the statements that define databases, policies, queries, subscriptions and users.

extension Printer {
  mutating func write(_ query: ContinuousQuery) {
    write("CREATE CONTINUOUS QUERY ")
    write(name: query.name)
    writeOn(query.database)
    if query.every != nil || query.for != nil { write(" RESAMPLE") }
    if let every = query.every { write(text: " EVERY \(every)") }
    if let lookBack = query.for { write(text: " FOR \(lookBack)") }
    write(" BEGIN ")
    write(query.selection)
    write(" END")
  }

  mutating func write(_ database: DatabaseDefinition) {
    write("CREATE DATABASE ")
    write(name: database.name)
    guard database.definesPolicy else { return }
    write(" WITH")
    let options = database.policy
    if let duration = options.duration { write(text: " DURATION \(clock(duration))") }
    if let replication = options.replication { write(text: " REPLICATION \(replication)") }
    if let shard = options.shardDuration, shard.nanoseconds > 0 || style == .faithful {
      write(text: " SHARD DURATION \(clock(shard))")
    }
    writeLimits(options)
    if let name = database.policyName {
      write(" NAME ")
      write(name: name)
    }
  }

  /// The server prints durations of CREATE DATABASE in a form of which it reads back only whole seconds.
  private func clock(_ span: TimeSpan) -> String { style == .faithful ? span.description : span.clockDescription }

  mutating func write(_ policy: PolicyDefinition, kind: StatementKind) {
    let options = policy.options
    write(text: kind.keywords + " ")
    write(name: policy.name)
    writeOn(policy.database)
    if let duration = options.duration { write(text: " DURATION \(duration)") }
    if let replication = options.replication { write(text: " REPLICATION \(replication)") }
    if let shard = options.shardDuration,
      shard.nanoseconds > 0 || kind == .alterRetentionPolicy || style == .faithful
    {
      write(text: " SHARD DURATION \(shard)")
    }
    if options.isDefault { write(" DEFAULT") }
    writeLimits(options)
  }

  private mutating func writeLimits(_ options: PolicyOptions) {
    if let future = options.futureLimit { write(text: " FUTURE LIMIT \(future)") }
    if let past = options.pastLimit { write(text: " PAST LIMIT \(past)") }
  }

  mutating func write(_ subscription: Subscription, kind: StatementKind) {
    write(text: kind.keywords + " ")
    write(name: subscription.name)
    writeOn(subscription.database)
    write(byte: Byte.dot)
    write(name: subscription.retentionPolicy)
    guard kind == .createSubscription else { return }
    write(text: " DESTINATIONS \(subscription.sendsToAll ? "ALL" : "ANY") ")
    writeList(subscription.destinations) { printer, destination in
      // Only what a server is given may say it.
      printer.write(string: printer.style == .faithful ? destination : Subscription.shown(destination))
    }
  }

  mutating func write(_ user: UserDefinition, kind: StatementKind) {
    if kind == .setPassword {
      write("SET PASSWORD FOR ")
      write(name: user.name)
      write(" = [REDACTED]")
    } else {
      write("CREATE USER ")
      write(name: user.name)
      write(" WITH PASSWORD [REDACTED]")
      if user.isAdministrator { write(" WITH ALL PRIVILEGES") }
    }
  }

  mutating func write(_ grant: Grant, kind: StatementKind) {
    write(text: "\(kind.keywords) \(grant.privilege.rawValue)")
    writeOn(grant.database)
    write(kind == .grant || kind == .grantAdmin ? " TO " : " FROM ")
    write(name: grant.user)
  }
}
