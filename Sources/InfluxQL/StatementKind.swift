// The statements of InfluxQL 1.x, one case for each.

/// The raw value is the statement's name in logs and in `gatehouse explain`.
public enum StatementKind: String, Hashable, Sendable, CaseIterable {
  case select
  case explain
  case delete
  case showContinuousQueries = "show continuous queries"
  case showDatabases = "show databases"
  case showDiagnostics = "show diagnostics"
  case showFieldKeyCardinality = "show field key cardinality"
  case showFieldKeys = "show field keys"
  case showGrants = "show grants"
  case showMeasurementCardinality = "show measurement cardinality"
  case showMeasurements = "show measurements"
  case showQueries = "show queries"
  case showRetentionPolicies = "show retention policies"
  case showSeries = "show series"
  case showSeriesCardinality = "show series cardinality"
  case showShardGroups = "show shard groups"
  case showShards = "show shards"
  case showStats = "show stats"
  case showSubscriptions = "show subscriptions"
  case showTagKeyCardinality = "show tag key cardinality"
  case showTagKeys = "show tag keys"
  case showTagValues = "show tag values"
  case showTagValuesCardinality = "show tag values cardinality"
  case showUsers = "show users"
  case createContinuousQuery = "create continuous query"
  case createDatabase = "create database"
  case createRetentionPolicy = "create retention policy"
  case createSubscription = "create subscription"
  case createUser = "create user"
  case alterRetentionPolicy = "alter retention policy"
  case dropContinuousQuery = "drop continuous query"
  case dropDatabase = "drop database"
  case dropMeasurement = "drop measurement"
  case dropRetentionPolicy = "drop retention policy"
  case dropSeries = "drop series"
  case dropShard = "drop shard"
  case dropSubscription = "drop subscription"
  case dropUser = "drop user"
  /// GRANT of a privilege on a database.
  case grant
  /// GRANT ALL to a user: makes an administrator.
  case grantAdmin = "grant admin"
  case revoke
  case revokeAdmin = "revoke admin"
  case setPassword = "set password"
  case killQuery = "kill query"
}
