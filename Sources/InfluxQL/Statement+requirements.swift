// What gatehouse demands for each statement: more than a 1.x server where that one is careless.

extension Statement {
  /// Only one who may do everything may run it.
  public var needsOperator: Bool {
    switch kind {
    case .select, .explain, .delete, .dropSeries, .createContinuousQuery, .dropContinuousQuery: false
    case .showDatabases, .showRetentionPolicies, .showContinuousQueries, .showQueries: false
    case .showSeries, .showTagKeys, .showTagValues, .showFieldKeys: false
    case .showSeriesCardinality, .showMeasurementCardinality, .showTagKeyCardinality: false
    case .showTagValuesCardinality, .showFieldKeyCardinality: false
    case .showMeasurements:
      if case .measurements(let query) = body { query.database == .every } else { true }
    case .showUsers, .showGrants, .showStats, .showDiagnostics, .showShards, .showShardGroups: true
    case .showSubscriptions, .createSubscription, .dropSubscription: true
    case .createDatabase, .dropDatabase, .dropMeasurement, .dropShard, .killQuery: true
    case .createRetentionPolicy, .alterRetentionPolicy, .dropRetentionPolicy: true
    case .createUser, .dropUser, .setPassword, .grant, .grantAdmin, .revoke, .revokeAdmin: true
    }
  }

  /// Changes data, schema, users or running queries; a SELECT does with INTO.
  public var isChanging: Bool {
    switch kind {
    case .select, .explain: !writes.isEmpty
    case .delete, .dropSeries, .createContinuousQuery, .dropContinuousQuery, .createDatabase, .dropDatabase: true
    case .createRetentionPolicy, .alterRetentionPolicy, .dropRetentionPolicy, .dropMeasurement, .dropShard: true
    case .createSubscription, .dropSubscription, .createUser, .dropUser, .setPassword: true
    case .grant, .grantAdmin, .revoke, .revokeAdmin, .killQuery: true
    case .showContinuousQueries, .showDatabases, .showDiagnostics, .showFieldKeyCardinality, .showFieldKeys: false
    case .showGrants, .showMeasurementCardinality, .showMeasurements, .showQueries, .showRetentionPolicies: false
    case .showSeries, .showSeriesCardinality, .showShardGroups, .showShards, .showStats, .showSubscriptions: false
    case .showTagKeyCardinality, .showTagKeys, .showTagValues, .showTagValuesCardinality, .showUsers: false
    }
  }

  /// A server's answer may tell of databases and policies that the caller may not know, whatever they are permitted:
  /// it must be filtered or given by gatehouse itself.
  public var needsFilteredAnswer: Bool {
    switch kind {
    case .showDatabases, .showRetentionPolicies, .showContinuousQueries, .showQueries: true
    default: false
    }
  }

  /// About users, passwords or privileges, which gatehouse keeps itself.
  public var managesLogins: Bool {
    switch kind {
    case .createUser, .dropUser, .setPassword, .showUsers, .showGrants: true
    case .grant, .grantAdmin, .revoke, .revokeAdmin: true
    default: false
    }
  }
}
