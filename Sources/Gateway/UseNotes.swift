// Who was let in on this event loop since it was last told on.

import Authorizations
public import Formats

/// One note for each, however many requests: a fleet that writes every ten seconds costs no more than its number.
struct UseNotes {
  private var used = Uses()
  private var latest: Identifier?

  mutating func note(_ id: Identifier, isPrevious: Bool) {
    if isPrevious { used.byPreviousPassword.insert(id) }
    guard id != latest else { return }
    latest = id
    used.all.insert(id)
  }

  mutating func take() -> Uses {
    defer { self = UseNotes() }
    return used
  }
}

/// Logins and tokens that were let in.
public struct Uses: Sendable {
  public var all: Set<Identifier> = []
  /// Those of them that came with a password that was replaced and is let in for a while.
  public var byPreviousPassword: Set<Identifier> = []

  public init() {}

  var isEmpty: Bool { all.isEmpty && byPreviousPassword.isEmpty }
}
