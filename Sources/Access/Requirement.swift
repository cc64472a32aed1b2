// What a request needs before it may be done: an action on something that v1 requests can name.

import Authorizations
public import Formats

public struct Requirement: Sendable {
  public enum Target: Sendable {
    /// One retention policy of a database; nil or empty for the default one.
    case policy(database: String, retentionPolicy: String?)
    /// A database with all its retention policies.
    case database(String)
    /// Any one retention policy of a database: for what tells of the database as such.
    case somePolicy(of: String)
    /// A bucket by its identifier, mapped or not.
    case bucket(Identifier)
    /// Every bucket of the organization: for texts that are carried without being understood.
    case organization
    /// Nothing but to be known: what the answer tells of is taken out of it for who may not know it.
    case identity
    /// Everything: read and write on every type, unscoped. The action does not matter.
    case administration
  }

  public var action: Action
  public var target: Target

  public init(_ action: Action, _ target: Target) {
    self.action = action
    self.target = target
  }

  public static func read(_ database: String, retentionPolicy: String? = nil) -> Self {
    Self(.read, .policy(database: database, retentionPolicy: retentionPolicy))
  }

  public static func write(_ database: String, retentionPolicy: String? = nil) -> Self {
    Self(.write, .policy(database: database, retentionPolicy: retentionPolicy))
  }
}
