// Queries that name the databases and retention policies which a default meant when it was decided on.

extension Query {
  /// The same query, with a policy written to sources and targets that name none, wherever a server would look for the
  /// default one: in SELECT, EXPLAIN, the SHOW statements that it runs as a SELECT, and in what it keeps. There the
  /// database is written as well, so that what is read again later says all that was decided on.
  ///
  /// - Parameters:
  ///   - database: of the request; nil for none.
  ///   - policy: told the database of a source, nil for that of the request; nil leaves the source as it is.
  public func naming(database: Name?, _ policy: (Name?) -> Name?) -> Query {
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
      case .continuousQuery(var query):
        query.selection = query.selection.naming(policy, home: query.home(requested: database))
        return Statement(kind: statement.kind, body: .continuousQuery(query))
      default: return statement
      }
    }
    return named
  }
}

extension Selection {
  /// Sub-queries nest no deeper than the parser lets them.
  ///
  /// - Parameter home: the database to write where none is named; nil to leave it out.
  fileprivate func naming(_ policy: (Name?) -> Name?, home: Name? = nil) -> Selection {
    var named = self
    if named.into?.database == nil { named.into?.database = home }
    named.into?.name(policy, in: nil)
    for index in named.sources.indices {
      switch named.sources[index] {
      case .measurement(var measurement):
        if measurement.database == nil { measurement.database = home }
        measurement.name(policy, in: nil)
        named.sources[index] = .measurement(measurement)
      case .subquery(let selection): named.sources[index] = .subquery(selection.naming(policy, home: home))
      }
    }
    return named
  }
}

extension ContinuousQuery {
  /// Where a server looks for what names no database: recorded of 1.6.7, which takes that of the request, and the one
  /// behind ON only where the request has none.
  fileprivate func home(requested: Name?) -> Name? { requested?.nonEmpty ?? database.nonEmpty }
}

extension Measurement {
  /// - Parameter other: where it belongs if it names no database.
  fileprivate mutating func name(_ policy: (Name?) -> Name?, in other: Name?) {
    if retentionPolicy == nil { retentionPolicy = policy(database ?? other) }
  }
}
