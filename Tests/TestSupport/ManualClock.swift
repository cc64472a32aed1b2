// A monotonic clock that a test moves by hand.

import Synchronization
public import Threading

/// For what takes its clock as a parameter; may be read from any thread.
public final class ManualClock: Sendable {
  private let nanoseconds: Atomic<UInt64>

  public init(_ start: Instant = Instant(nanoseconds: 1_000_000_000)) { nanoseconds = Atomic(start.nanoseconds) }

  public var now: Instant { Instant(nanoseconds: nanoseconds.load(ordering: .sequentiallyConsistent)) }

  public func advance(by interval: Interval) {
    nanoseconds.store((now + interval).nanoseconds, ordering: .sequentiallyConsistent)
  }
}
