// What the statements hold that create and change databases, policies, queries, subscriptions and users.

/// CREATE CONTINUOUS QUERY.
public struct ContinuousQuery: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var every: TimeSpan?
  public var `for`: TimeSpan?
  /// Its INTO clause is there; what it names without a database is in `database`.
  public var selection: Selection
}

/// CREATE DATABASE with the policy that it may define.
public struct DatabaseDefinition: Hashable, Sendable {
  public var name: Name
  public var definesPolicy = false
  public var policy = PolicyOptions()
  public var policyName: Name?
}

/// CREATE and ALTER RETENTION POLICY.
public struct PolicyDefinition: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var options = PolicyOptions()
}

/// The options of a retention policy; nil where a statement leaves one out.
public struct PolicyOptions: Hashable, Sendable {
  /// Zero is forever.
  public var duration: TimeSpan?
  public var replication: Int64?
  public var shardDuration: TimeSpan?
  public var isDefault = false
  /// How far into the future and the past points are accepted; 1.12 only.
  public var futureLimit: TimeSpan?
  public var pastLimit: TimeSpan?
}

/// CREATE and DROP SUBSCRIPTION.
public struct Subscription: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var retentionPolicy: Name
  /// DESTINATIONS ALL or ANY, and where to; empty for DROP.
  public var sendsToAll = false
  public var destinations: [Name] = []
}

/// CREATE USER and SET PASSWORD. The password is read and not kept.
public struct UserDefinition: Hashable, Sendable {
  public var name: Name
  public var isAdministrator = false
}

/// GRANT and REVOKE.
public struct Grant: Hashable, Sendable {
  public var privilege: Privilege
  /// Nil for the administrator's privilege.
  public var database: Name?
  public var user: Name

  public enum Privilege: String, Hashable, Sendable {
    case read = "READ"
    case write = "WRITE"
    case all = "ALL PRIVILEGES"
  }
}
