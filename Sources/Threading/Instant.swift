// A moment of the monotonic clock, which never steps back and does not care what time it is.

import Glibc

/// For deadlines and durations; the wall clock's moments are other types. Nothing here traps: what lies beyond the clock's
/// end is its end, and what would come to less than nothing is nothing.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since some fixed point of this process' machine: enough for 584 years.
  public let nanoseconds: UInt64

  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// Before every other, as long as nothing has happened yet.
  public static let start = Instant(nanoseconds: 0)
  /// After every other: a deadline that does not come.
  public static let never = Instant(nanoseconds: .max)

  /// Reads the clock: some tens of nanoseconds, no system call.
  public static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(
      nanoseconds: UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
        &+ UInt64(truncatingIfNeeded: time.tv_nsec))
  }

  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  public static func + (instant: Instant, interval: Interval) -> Instant {
    let (sum, overflows) = instant.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return overflows ? .never : Instant(nanoseconds: sum)
  }

  /// The time from `earlier` to here; nothing where that one lies ahead.
  public static func - (instant: Instant, earlier: Instant) -> Interval {
    Interval(nanoseconds: instant > earlier ? instant.nanoseconds &- earlier.nanoseconds : 0)
  }
}
