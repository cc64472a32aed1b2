// How long an exchange has waited for its client: to take the answer, or to send the body.

import Threading

/// Waits are added up until enough has moved, so that a client that lets a little pass now and then is as slow as one that
/// lets nothing pass.
struct ClientWait {
  private var total = Interval.zero
  private var since: Instant?
  private var count = 0

  /// Bytes after which what was waited is forgotten.
  private static let measure = 65_536

  mutating func begin(now: Instant) { since = since ?? now }

  mutating func end(now: Instant) {
    if let since { total = total + (now - since) }
    since = nil
  }

  mutating func moved(_ bytes: Int, now: Instant) {
    end(now: now)
    count += bytes
    guard count >= Self.measure else { return }
    count = 0
    total = .zero
  }

  /// nil where the client is not waited for.
  func duration(now: Instant) -> Interval? { since.map { total + (now - $0) } }
}
