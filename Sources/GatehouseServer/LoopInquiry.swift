// A question to another thread's worker that somebody waits for, until it is answered or withdrawn.

import Synchronization

/// What has begun is ended, and what was withdrawn never begins: whoever gives up knows that nothing was done.
final class LoopInquiry<Answer: Sendable>: Sendable {
  private enum State {
    case waiting, begun, withdrawn
    case answered(Answer)
  }

  private let state = Mutex(State.waiting)

  /// False where nobody waits any more.
  func begin() -> Bool { leaveWaiting(for: .begun) }

  /// False where it has been begun.
  func withdraw() -> Bool { leaveWaiting(for: .withdrawn) }

  private func leaveWaiting(for next: sending State) -> Bool {
    state.withLock {
      guard case .waiting = $0 else { return false }
      $0 = next
      return true
    }
  }

  func end(with answer: Answer) { state.withLock { $0 = .answered(answer) } }

  var answer: Answer? { state.withLock { if case .answered(let answer) = $0 { answer } else { nil } } }
}
