// Everything that a statement reads and writes.

extension Statement.Body {
  /// See `Statement.reads` and `Statement.writes`.
  func references(_ kind: StatementKind) -> (reads: [SourceReference], writes: [SourceReference]) {
    switch self {
    case .selection(let selection): return selection.references(in: nil)
    case .explanation(let explanation): return explanation.selection.references(in: nil)
    case .continuousQuery(let query):
      // Sources that name no database are not looked for in the one behind ON but, as in any statement, in the request's.
      let (reads, writes) = query.selection.references(in: nil)
      return ([SourceReference(database: query.database.nonEmpty, extent: .anyPolicy)] + reads, writes)
    case .metadata(let query): return (query.reads(kind: kind), [])
    case .measurements(let query): return (query.reads, [])
    case .on(let name, let database): return Self.references(kind, named: name, on: database?.nonEmpty)
    case .bare where kind == .showContinuousQueries || kind == .showQueries:
      return ([SourceReference(database: nil, extent: .anyPolicy)], [])
    case .deletion(let deletion): return ([], deletion.writes)
    case .named(let name) where kind == .dropMeasurement:
      return ([], [SourceReference(database: nil, measurement: .named(name), extent: .everyPolicy)])
    case .named(let name) where kind == .dropDatabase:
      return ([], [SourceReference(database: name.nonEmpty, extent: .everyPolicy)])
    case .database(let database):
      return ([], [SourceReference(database: database.name.nonEmpty, extent: .everyPolicy)])
    case .policy(let policy):
      return ([], [SourceReference(database: policy.database.nonEmpty, retentionPolicy: policy.name.nonEmpty)])
    case .bare, .subscription, .user, .grant, .named, .module, .number: return ([], [])
    }
  }

  private static func references(
    _ kind: StatementKind, named name: Name, on database: Name?
  ) -> (reads: [SourceReference], writes: [SourceReference]) {
    switch kind {
    case .dropRetentionPolicy: ([], [SourceReference(database: database, retentionPolicy: name.nonEmpty)])
    case .dropContinuousQuery: ([], [SourceReference(database: database, extent: .anyPolicy)])
    default: ([SourceReference(database: database, extent: .anyPolicy)], [])
    }
  }
}

extension Deletion {
  /// Without a policy in the source, or without a source, it deletes from every policy.
  fileprivate var writes: [SourceReference] {
    if sources.isEmpty { return [SourceReference(database: nil, extent: .everyPolicy)] }
    return sources.map { SourceReference($0, in: nil, extent: $0.retentionPolicy == nil ? .everyPolicy : .policy) }
  }
}

extension Selection {
  /// Every source and target, those of sub-queries included. `database` is where those that name none belong.
  func references(in database: Name?) -> (reads: [SourceReference], writes: [SourceReference]) {
    var reads: [SourceReference] = []
    var writes: [SourceReference] = []
    collect(in: database, reads: &reads, writes: &writes)
    return (reads, writes)
  }

  /// Sub-queries nest no deeper than the parser lets them. A server takes INTO in a sub-query without a murmur, so its
  /// target counts.
  private func collect(in database: Name?, reads: inout [SourceReference], writes: inout [SourceReference]) {
    for source in sources {
      switch source {
      case .measurement(let measurement): reads.append(SourceReference(measurement, in: database))
      case .subquery(let selection): selection.collect(in: database, reads: &reads, writes: &writes)
      }
    }
    if let into { writes.append(SourceReference(into, in: database)) }
  }
}

extension MetadataQuery {
  /// The database behind ON, where the server looks for sources that name none, and each source.
  ///
  /// Series, tag keys, tag values and estimated cardinalities come from the index of the whole database, whichever
  /// policy a source names. The others run as a SELECT on their sources' policies; without sources they reach over the
  /// database.
  fileprivate func reads(kind: StatementKind) -> [SourceReference] {
    guard !sources.isEmpty else { return [SourceReference(database: database, extent: .everyPolicy)] }
    let extent: SourceReference.Extent = isSelection(kind) ? .policy : .everyPolicy
    return [SourceReference(database: database, extent: .anyPolicy)]
      + sources.map { SourceReference($0, in: database, extent: extent) }
  }

  /// Whether the server runs it as a SELECT on its sources' policies.
  func isSelection(_ kind: StatementKind) -> Bool { isExact || kind == .showFieldKeys }
}

extension MeasurementsQuery {
  /// Nothing where it is about every database, which takes an administrator.
  fileprivate var reads: [SourceReference] {
    let name: Name?
    switch database {
    case .every: return []
    case .named(let database): name = database
    case nil: name = nil
    }
    var reads: [SourceReference] = []
    if case .named(let policy) = retentionPolicy {
      reads.append(SourceReference(database: name, retentionPolicy: policy))
    } else {
      reads.append(SourceReference(database: name, extent: .everyPolicy))
    }
    // No server looks into the database that WITH MEASUREMENT may name, but none refuses it either.
    if let filter, filter.database != nil { reads.append(SourceReference(filter, in: name, extent: .everyPolicy)) }
    return reads
  }
}
