// Why a request may not be done: the first requirement that is not met, and what is wrong with it.

public struct Denial: Error, Sendable {
  public enum Reason: Sendable, Hashable {
    /// The directory knows no mapping of the database.
    case unknownDatabase
    /// The database is known, the retention policy is not.
    case unknownRetentionPolicy
    /// None is named, and the database has no default one.
    case noDefaultPolicy
    case unknownBucket
    case notPermitted
    /// All policies of the database that the directory knows are permitted; whether it has others must be asked first.
    case unconfirmed
  }

  public let requirement: Requirement
  public let reason: Reason
  /// For names that the directory does not know: whether the principal's permissions would cover them if it did. Who
  /// may not even that, learns nothing about what exists (1.x answers 403 to a query, 404 only to those who may).
  public let wouldBePermitted: Bool
  /// Position of the requirement in the list that was decided on.
  public let index: Int
}
