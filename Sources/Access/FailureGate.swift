// Counts failed attempts per source and login name, and says when the next one may be made.

/// Slows guessing down where it comes from: the gate of (source, name) closes for a doubling time while its attempts
/// fail, and other sources of the same name never notice. Bounded memory; time is a parameter.
///
/// An entry costs whoever makes it one whole verification, so filling the table with others takes longer than an entry
/// lives.
struct FailureGate: Sendable {
  private struct Entry: Sendable {
    var failures: Int
    var last: UInt64
    var closedUntil: UInt64
  }

  private let limits: FailureLimits
  private var attempts: BoundedTable<Digest, Entry>
  private var sources: BoundedTable<SourceAddress, UInt64>

  init(limits: FailureLimits) {
    self.limits = limits
    attempts = BoundedTable(capacity: limits.entries)
    sources = BoundedTable(capacity: limits.entries)
  }

  enum State: Equatable {
    /// So many different passwords may be under verification at the same time.
    case open(attempts: Int)
    case closed(retryAfterSeconds: Int)
  }

  /// `attempt` stands for the pair of source and name.
  mutating func state(of attempt: Digest, now: UInt64) -> State {
    guard let entry = attempts.use(attempt) else { return .open(attempts: limits.freeAttempts) }
    if entry.closedUntil > now {
      return .closed(retryAfterSeconds: Int((entry.closedUntil - now + 999_999_999) / 1_000_000_000))
    }
    guard !isForgotten(entry, now) else { return .open(attempts: limits.freeAttempts) }
    return .open(attempts: max(1, limits.freeAttempts - entry.failures))
  }

  mutating func recordFailure(of attempt: Digest, from source: SourceAddress, now: UInt64) {
    var entry = attempts.use(attempt) ?? Entry(failures: 0, last: now, closedUntil: 0)
    if isForgotten(entry, now) { entry.failures = 0 }
    entry.failures += 1
    entry.last = now
    if entry.failures >= limits.freeAttempts {
      let doublings = min(entry.failures - limits.freeAttempts, 16)
      let pause = min(limits.firstPauseSeconds << doublings, limits.longestPauseSeconds)
      entry.closedUntil = now &+ UInt64(pause) * 1_000_000_000
    }
    attempts.set(entry, for: attempt)
    sources.set(now, for: source)
  }

  /// A right password ends the count of its pair. The source stays suspect for its time: one good account among
  /// thousands of guesses clears nobody.
  mutating func recordSuccess(of attempt: Digest) { attempts.remove(attempt) }

  /// Whether any attempt of `source` failed of late.
  mutating func isSuspect(_ source: SourceAddress, now: UInt64) -> Bool {
    guard let last = sources.use(source) else { return false }
    return elapsed(since: last, now) < UInt64(limits.suspicionSeconds) * 1_000_000_000
  }

  private func isForgotten(_ entry: Entry, _ now: UInt64) -> Bool {
    elapsed(since: entry.last, now) > UInt64(limits.memorySeconds) * 1_000_000_000
  }

  /// A clock that went backwards makes nothing older.
  private func elapsed(since then: UInt64, _ now: UInt64) -> UInt64 { now > then ? now - then : 0 }
}
