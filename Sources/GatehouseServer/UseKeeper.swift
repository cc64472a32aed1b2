// When each login and token was last let in: taken from the loops, kept in the store now and then.

import Formats
import Authorizations
import Gateway
import Observation
import Threading

/// Used by the management thread alone.
final class UseKeeper {
  let lastUses = LastUses()
  /// Of passwords that were replaced and count for a while.
  let previousUses = LastUses()
  private let registry: AuthorizationRegistry
  private var keptAt = Instant.start

  /// So much of the last uses is lost where the process is killed.
  private static let interval = Interval.seconds(30)
  /// Kept in one transaction: more would make those wait who change something.
  private static let atOnce = 500

  init(registry: AuthorizationRegistry) { self.registry = registry }

  func restore() throws(ChangeError) {
    lastUses.restore(try registry.lastUses())
    previousUses.restore(try registry.lastUses(.previousPassword))
  }

  /// Takes which logins and tokens were let in lately.
  func note(_ used: Uses) {
    let now = WallClock.system()
    lastUses.note(used.all, at: now)
    previousUses.note(used.byPreviousPassword, at: now)
  }

  /// Once the last who could be let in have been noted.
  func keepAll() { while keepSome() {} }

  /// Keeps a part where it is time: that the store is out of reach is found out, and said, elsewhere.
  func keep(now: Instant) {
    guard now - keptAt >= Self.interval else { return }
    if !keepSome() { keptAt = now }
  }

  /// Whether there may be more.
  private func keepSome() -> Bool {
    let kept = (try? registry.keep(lastUses, atMost: Self.atOnce)) == true
    return (try? registry.keep(previousUses, .previousPassword, atMost: Self.atOnce)) == true || kept
  }
}
