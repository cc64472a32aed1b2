// A moment of the wall clock.

/// Nanoseconds since 1970-01-01T00:00:00Z: the years 1677 to 2262.
public struct Timestamp: Sendable, Hashable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static var now: Self { Self(nanoseconds: WallClock.system()) }

  /// Its date and time of day in UTC.
  var parts: Parts {
    let (seconds, fraction) = nanoseconds.floored(by: 1_000_000_000)
    let (day, second) = seconds.floored(by: 86_400)
    return Parts(day: day, date: Calendar.date(day), second: second, nanosecond: fraction)
  }

  struct Parts {
    /// Since 1970-01-01.
    let day: Int64
    let date: (year: Int64, month: Int64, day: Int64)
    /// Of the day.
    let second: Int64
    let nanosecond: Int64
  }
}
