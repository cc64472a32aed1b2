// Ends questions of a `BlockingClient` from another thread, for a process that stops.

import Synchronization
import Transport

/// Once interrupted, a question under way fails as reset, and so does each that follows.
public final class Interruption: Sendable {
  private struct State {
    var isInterrupted = false
    var waiting: [UInt64: Mailbox] = [:]
    var next: UInt64 = 0
  }

  private let state = Mutex(State())

  public init() {}

  public func interrupt() {
    let waiting = state.withLock { state in
      state.isInterrupted = true
      return state.waiting
    }
    for mailbox in waiting.values { mailbox.post { $0.stop() } }
  }

  /// Runs a loop that `interrupt` may stop.
  func run(_ loop: EventLoop) {
    let mailbox = loop.mailbox
    let ticket = state.withLock { state -> UInt64? in
      guard !state.isInterrupted else { return nil }
      state.next += 1
      state.waiting[state.next] = mailbox
      return state.next
    }
    guard let ticket else { return }
    loop.run()
    state.withLock { $0.waiting[ticket] = nil }
  }
}
