// Who was let in on this event loop since it was last told on.

import Authorizations

/// One note for each, however many requests: a fleet that writes every ten seconds costs no more than its number.
struct UseNotes {
  private var used: Set<Identifier> = []
  private var latest: Identifier?

  mutating func note(_ id: Identifier) {
    guard id != latest else { return }
    latest = id
    used.insert(id)
  }

  mutating func take() -> Set<Identifier> {
    defer { self = UseNotes() }
    return used
  }
}
