// Keeps events that peers can cause at will to a few a second, and counts the rest.

/// Of one kind of event and one loop.
struct EventAllowance {
  /// Events a second of one loop.
  static let perSecond = 2

  private var second: UInt64 = 0
  private var taken = 0
  private var left = 0

  /// Whether one more may be told in this second; `now` in milliseconds of the loop.
  mutating func take(now: UInt64) -> Bool {
    if now / 1_000 != second, left == 0 {
      second = now / 1_000
      taken = 0
    }
    if taken < Self.perSecond {
      taken += 1
      return true
    }
    left += 1
    return false
  }

  /// How many were not told in the second that has passed; each is counted once.
  mutating func omitted(now: UInt64) -> Int {
    guard left > 0, now / 1_000 != second else { return 0 }
    defer {
      left = 0
      taken = 0
      second = now / 1_000
    }
    return left
  }
}
