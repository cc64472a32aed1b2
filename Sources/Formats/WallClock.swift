// The time of day, which alone tells what has expired.

import Glibc

public enum WallClock {
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  public static func system() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
