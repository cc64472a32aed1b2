// The counters of one event loop: written by it alone, read by whoever asks for all.

import Synchronization

public final class MetricsShard: Sendable {
  struct Counts: Sendable {
    /// By kind, then class of status; class 0 is unused.
    var requests = [UInt64](repeating: 0, count: RequestKind.allCases.count * 6)
    var durations = [DurationHistogram](repeating: DurationHistogram(), count: RequestKind.allCases.count)
    var refusals = [UInt64](repeating: 0, count: RefusalKind.allCases.count)
    var upstreamFailures = [UInt64](repeating: 0, count: UpstreamFailureKind.allCases.count)

    mutating func add(_ other: Self) {
      for index in requests.indices { requests[index] += other.requests[index] }
      for index in durations.indices { durations[index].add(other.durations[index]) }
      for index in refusals.indices { refusals[index] += other.refusals[index] }
      for index in upstreamFailures.indices { upstreamFailures[index] += other.upstreamFailures[index] }
    }
  }

  /// The lock is free but for the moment of a reading.
  private let state = Mutex(Counts())

  init() {}

  var counts: Counts { state.withLock { $0 } }

  /// One request answered with `status`, after `duration` microseconds.
  public func recordRequest(_ kind: RequestKind, status: Int, duration: Int) {
    let statusClass = (100...599).contains(status) ? status / 100 : 5
    state.withLock {
      $0.requests[kind.rawValue * 6 + statusClass] += 1
      $0.durations[kind.rawValue].record(duration)
    }
  }

  public func recordRefusal(_ reason: RefusalKind) {
    state.withLock { $0.refusals[reason.rawValue] += 1 }
  }

  public func recordUpstreamFailure(_ kind: UpstreamFailureKind) {
    state.withLock { $0.upstreamFailures[kind.rawValue] += 1 }
  }
}
