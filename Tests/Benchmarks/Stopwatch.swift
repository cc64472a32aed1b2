// Time that a piece of work takes: the best of several rounds, since everything else only adds to it.

import Glibc

enum Stopwatch {
  /// Rounds of which the fastest counts.
  private static let rounds = 9
  /// Nanoseconds that a round should take at least.
  private static let shortestRound: UInt64 = 20_000_000

  /// Nanoseconds of one call; `body` gets a number that grows with each call.
  static func nanoseconds(_ body: (Int) -> Void) -> Double {
    var calls = 1
    var next = 0
    var best = Double.infinity
    var round = 0
    while round < rounds {
      let start = now
      for _ in 0..<calls {
        body(next)
        next += 1
      }
      let elapsed = now - start
      if elapsed < shortestRound {
        calls *= 2
        continue
      }
      best = min(best, Double(elapsed) / Double(calls))
      round += 1
    }
    return best
  }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
