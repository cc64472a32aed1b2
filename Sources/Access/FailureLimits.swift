// How failed attempts are counted and slowed down.

public struct FailureLimits: Sendable, Equatable {
  /// Failures in a row that a (source, name) pair has before its gate closes; also the number of different passwords it
  /// may have under verification at once. Ten wrong ones in a minute close it; a person who mistypes does not.
  public var freeAttempts = 10
  /// First pause in seconds; it doubles with every further failure.
  public var firstPauseSeconds = 1
  /// Longest pause in seconds, so that a client whose password was put right is back within it.
  public var longestPauseSeconds = 60
  /// Seconds without a failure after which a pair's count is forgotten.
  public var memorySeconds = 900
  /// Seconds after a failure during which a source's verifications stand behind those of sources without one.
  public var suspicionSeconds = 60
  /// Pairs and sources remembered, about 100 bytes each.
  public var entries = 65_536

  public init() {}
}
