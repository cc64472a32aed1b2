// How the statements that define databases, policies, queries, subscriptions and users are printed.

extension ContinuousQuery {
  func write(to printer: inout Printer) {
    printer.write("CREATE CONTINUOUS QUERY ")
    printer.write(name: name)
    printer.writeOn(database)
    if every != nil || self.for != nil { printer.write(" RESAMPLE") }
    if let every { printer.write(text: " EVERY \(every)") }
    if let lookBack = self.for { printer.write(text: " FOR \(lookBack)") }
    printer.write(" BEGIN ")
    printer.write(selection)
    printer.write(" END")
  }
}

extension DatabaseDefinition {
  func write(to printer: inout Printer) {
    printer.write("CREATE DATABASE ")
    printer.write(name: name)
    guard definesPolicy else { return }
    printer.write(" WITH")
    let options = policy
    if let duration = options.duration { printer.write(text: " DURATION \(printer.clock(duration))") }
    if let replication = options.replication { printer.write(text: " REPLICATION \(replication)") }
    if let shard = options.shardDuration, shard.nanoseconds > 0 || printer.style == .faithful {
      printer.write(text: " SHARD DURATION \(printer.clock(shard))")
    }
    options.writeLimits(to: &printer)
    if let name = policyName {
      printer.write(" NAME ")
      printer.write(name: name)
    }
  }
}

extension PolicyDefinition {
  func write(to printer: inout Printer, as kind: StatementKind) {
    printer.write(text: kind.keywords + " ")
    printer.write(name: name)
    printer.writeOn(database)
    if let duration = options.duration { printer.write(text: " DURATION \(duration)") }
    if let replication = options.replication { printer.write(text: " REPLICATION \(replication)") }
    if let shard = options.shardDuration,
      shard.nanoseconds > 0 || kind == .alterRetentionPolicy || printer.style == .faithful
    {
      printer.write(text: " SHARD DURATION \(shard)")
    }
    if options.isDefault { printer.write(" DEFAULT") }
    options.writeLimits(to: &printer)
  }
}

extension Subscription {
  func write(to printer: inout Printer, as kind: StatementKind) {
    printer.write(text: kind.keywords + " ")
    printer.write(name: name)
    printer.writeOn(database)
    printer.write(byte: Byte.dot)
    printer.write(name: retentionPolicy)
    guard kind == .createSubscription else { return }
    printer.write(text: " DESTINATIONS \(sendsToAll ? "ALL" : "ANY") ")
    printer.writeList(destinations) { printer, destination in
      // Only what a server is given may say it.
      printer.write(string: printer.style == .faithful ? destination : Subscription.shown(destination))
    }
  }
}

extension UserDefinition {
  func write(to printer: inout Printer, as kind: StatementKind) {
    if kind == .setPassword {
      printer.write("SET PASSWORD FOR ")
      printer.write(name: name)
      printer.write(" = [REDACTED]")
    } else {
      printer.write("CREATE USER ")
      printer.write(name: name)
      printer.write(" WITH PASSWORD [REDACTED]")
      if isAdministrator { printer.write(" WITH ALL PRIVILEGES") }
    }
  }
}

extension PrivilegeGrant {
  func write(to printer: inout Printer, as kind: StatementKind) {
    printer.write(text: "\(kind.keywords) \(privilege.rawValue)")
    printer.writeOn(database)
    printer.write(kind == .grant || kind == .grantAdmin ? " TO " : " FROM ")
    printer.write(name: user)
  }
}

extension PolicyOptions {
  fileprivate func writeLimits(to printer: inout Printer) {
    if let future = futureLimit { printer.write(text: " FUTURE LIMIT \(future)") }
    if let past = pastLimit { printer.write(text: " PAST LIMIT \(past)") }
  }
}

extension Printer {
  /// The server prints durations of CREATE DATABASE in a form of which it reads back only whole seconds.
  fileprivate func clock(_ span: TimeSpan) -> String {
    style == .faithful ? span.description : span.clockDescription
  }
}
