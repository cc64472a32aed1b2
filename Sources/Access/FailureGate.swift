// Counts failed attempts per source and login name, and says when the next one may be made.

import Threading

/// Slows guessing down where it comes from: the gate of (source, name) closes for a doubling time while its attempts
/// fail, and other sources of the same name never notice. Bounded memory; time is a parameter.
///
/// An entry costs whoever makes it one whole verification, so filling the table with others takes longer than an entry
/// lives.
struct FailureGate: Sendable {
  private struct Entry: Sendable {
    var failures: Int
    var last: Instant
    var closedUntil: Instant
  }

  private let limits: FailureLimits
  private var attempts: BoundedTable<Digest, Entry>
  private var sources: BoundedTable<SourceAddress, Instant>

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
  mutating func state(of attempt: Digest, now: Instant) -> State {
    guard let entry = attempts.use(attempt) else { return .open(attempts: limits.freeAttempts) }
    if entry.closedUntil > now {
      return .closed(retryAfterSeconds: (entry.closedUntil - now + Interval(nanoseconds: 999_999_999)).seconds)
    }
    guard !isForgotten(entry, now) else { return .open(attempts: limits.freeAttempts) }
    return .open(attempts: max(1, limits.freeAttempts - entry.failures))
  }

  mutating func recordFailure(of attempt: Digest, from source: SourceAddress, now: Instant) {
    var entry = attempts.use(attempt) ?? Entry(failures: 0, last: now, closedUntil: .start)
    if isForgotten(entry, now) { entry.failures = 0 }
    entry.failures += 1
    entry.last = now
    if entry.failures >= limits.freeAttempts {
      let doublings = min(entry.failures - limits.freeAttempts, 16)
      let pause = min(limits.firstPauseSeconds << doublings, limits.longestPauseSeconds)
      entry.closedUntil = now + .seconds(pause)
    }
    attempts.set(entry, for: attempt)
    sources.set(now, for: source)
  }

  /// A right password ends the count of its pair. The source stays suspect for its time: one good account among
  /// thousands of guesses clears nobody.
  mutating func recordSuccess(of attempt: Digest) { attempts.remove(attempt) }

  /// Whether any attempt of `source` failed of late.
  mutating func isSuspect(_ source: SourceAddress, now: Instant) -> Bool {
    guard let last = sources.use(source) else { return false }
    return now - last < .seconds(limits.suspicionSeconds)
  }

  private func isForgotten(_ entry: Entry, _ now: Instant) -> Bool {
    now - entry.last > .seconds(limits.memorySeconds)
  }
}
