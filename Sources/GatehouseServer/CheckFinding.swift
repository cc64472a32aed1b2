// One thing that `gatehouse check` found out beside the text of the file.

/// What was found out, in words. Never a secret; of the upstream's own names only those of continuous queries that reach
/// out of their databases, and of these databases.
public struct CheckFinding: Sendable, Equatable {
  public enum Weight: Sendable, Equatable {
    case fact
    /// It works, and may not be what was meant.
    case warning
    /// It does not work, or it is not safe.
    case problem
  }

  public let weight: Weight
  public let text: String
}
