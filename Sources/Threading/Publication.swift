// A value that one thread replaces and every event loop reads, with a revision that is cheap to compare.

import Synchronization

/// Publishes immutable values. A reader keeps its own reference and looks again only when `generation` moved, so the
/// lock is taken once per change and reader, never per request.
public final class Publication<Value: Sendable>: Sendable {
  private let current: Mutex<Value>
  private let counter: Atomic<UInt64>

  public init(_ value: Value) {
    current = Mutex(value)
    counter = Atomic(1)
  }

  /// Grows with every `publish`, and is visible to every thread before `publish` returns.
  public var generation: UInt64 { counter.load(ordering: .acquiring) }

  public var value: Value { current.withLock { $0 } }

  /// Makes every reader look again, though the value is the same: something else that they took with it has changed.
  public func touch() { current.withLock { _ in _ = counter.add(1, ordering: .acquiringAndReleasing) } }

  public func publish(_ value: Value) {
    current.withLock {
      $0 = value
      counter.add(1, ordering: .acquiringAndReleasing)
    }
  }
}
