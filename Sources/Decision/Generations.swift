// Which state of what is published a decision was made under.

/// Generations of the authorizations, the directory and the upstream's status that an event loop has taken.
public struct Generations: Equatable, Sendable {
  var snapshot: UInt64
  var directory: UInt64
  var status: UInt64

  /// Of nothing that was ever published.
  public static let none = Generations(snapshot: 0, directory: 0, status: 0)
}
