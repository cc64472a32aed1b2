// The clock of deadlines and durations: it never steps back and does not care what time it is.

import Glibc

public enum MonotonicClock {
  /// Microseconds since some fixed point.
  public static var microseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000 &+ UInt64(time.tv_nsec) / 1_000
  }

  /// Milliseconds since the same point.
  public static var milliseconds: UInt64 { microseconds / 1_000 }
}
