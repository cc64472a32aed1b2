// How long an exchange has waited for its client: to take the answer, or to send the body.

/// Waits are added up until enough has moved, so that a client that lets a little pass now and then is as slow as one that
/// lets nothing pass.
struct ClientWait {
  private var total: UInt64 = 0
  private var since: UInt64?
  private var count = 0

  /// Bytes after which what was waited is forgotten.
  private static let measure = 65_536

  mutating func begin(now: UInt64) { since = since ?? now }

  mutating func end(now: UInt64) {
    if let since { total += now &- since }
    since = nil
  }

  mutating func moved(_ bytes: Int, now: UInt64) {
    end(now: now)
    count += bytes
    guard count >= Self.measure else { return }
    count = 0
    total = 0
  }

  /// Milliseconds; nil where the client is not waited for.
  func duration(now: UInt64) -> UInt64? { since.map { total + (now &- $0) } }
}
