// Keeps events that peers can cause at will to a few a second, and counts the rest.

import Threading

/// Of one kind of event and one loop.
struct EventAllowance {
  /// Events a second of one loop.
  static let perSecond = 2

  private var second = 0
  private var taken = 0
  private var left = 0

  /// Whether one more may be told in this second.
  mutating func take(now: Instant) -> Bool {
    if Self.second(of: now) != second, left == 0 {
      second = Self.second(of: now)
      taken = 0
    }
    if taken < Self.perSecond {
      taken += 1
      return true
    }
    left += 1
    return false
  }

  private static func second(of now: Instant) -> Int { (now - .start).seconds }

  /// How many were not told in the second that has passed; each is counted once.
  mutating func omitted(now: Instant) -> Int {
    guard left > 0, Self.second(of: now) != second else { return 0 }
    defer {
      left = 0
      taken = 0
      second = Self.second(of: now)
    }
    return left
  }
}
