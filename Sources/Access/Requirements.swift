// What a request needs as a whole: at least one thing.

/// Never empty, so that nothing is permitted because nobody asked for anything. What touches no data at all needs
/// `Requirement.Target.identity`.
public struct Requirements: Sendable {
  /// In the order that a refusal should name them.
  public let all: [Requirement]

  public init(_ only: Requirement) { all = [only] }

  public init(_ first: Requirement, _ second: Requirement) { all = [first, second] }

  /// nil for an empty list.
  public init?(_ all: [Requirement]) {
    guard !all.isEmpty else { return nil }
    self.all = all
  }
}

/// A request that was understood, and says what must be permitted before it may be done.
public protocol NeedsPermission {
  var requirements: Requirements { get }
}
