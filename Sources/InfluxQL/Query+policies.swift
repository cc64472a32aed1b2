// Queries that name the retention policy which a default meant when it was decided on.

extension Query {
  /// The same query, with a policy written to sources and targets that name none, wherever a server would look for the
  /// default one: in SELECT, EXPLAIN, and the SHOW statements that it runs as a SELECT.
  ///
  /// - Parameter policy: told the database of a source, nil for that of the request; nil leaves the source as it is.
  public func naming(_ policy: (Name?) -> Name?) -> Query {
    var named = self
    named.statements = statements.map { statement in
      switch statement.body {
      case .selection(let selection):
        return Statement(kind: statement.kind, body: .selection(selection.naming(policy)))
      case .explanation(var explanation):
        explanation.selection = explanation.selection.naming(policy)
        return Statement(kind: statement.kind, body: .explanation(explanation))
      case .metadata(var query) where query.isSelection(statement.kind):
        for index in query.sources.indices { query.sources[index].name(policy, in: query.database) }
        return Statement(kind: statement.kind, body: .metadata(query))
      default: return statement
      }
    }
    return named
  }
}

extension Selection {
  /// Sub-queries nest no deeper than the parser lets them.
  fileprivate func naming(_ policy: (Name?) -> Name?) -> Selection {
    var named = self
    named.into?.name(policy, in: nil)
    for index in named.sources.indices {
      switch named.sources[index] {
      case .measurement(var measurement):
        measurement.name(policy, in: nil)
        named.sources[index] = .measurement(measurement)
      case .subquery(let selection): named.sources[index] = .subquery(selection.naming(policy))
      }
    }
    return named
  }
}

extension Measurement {
  /// - Parameter other: where it belongs if it names no database.
  fileprivate mutating func name(_ policy: (Name?) -> Name?, in other: Name?) {
    if retentionPolicy == nil { retentionPolicy = policy(database ?? other) }
  }
}
