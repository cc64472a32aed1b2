// A value that threads change and tests wait for, so that no test has to sleep.

import Foundation
import Synchronization

/// Holds a value; waiters look at it again after each change.
final class Awaited<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  private let condition = NSCondition()

  init(_ value: Value) { self.value = Mutex(value) }

  var current: Value { value.withLock { $0 } }

  func change(_ body: (inout Value) -> Void) {
    value.withLock { body(&$0) }
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// The first value seen that satisfies the condition, or nil if none did in time. The limit only ends a test that has failed already.
  func wait(seconds: Double = 30, until satisfied: (Value) -> Bool) -> Value? {
    let deadline = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while true {
      let now = current
      if satisfied(now) { return now }
      if !condition.wait(until: deadline) {
        let last = current
        return satisfied(last) ? last : nil
      }
    }
  }
}
