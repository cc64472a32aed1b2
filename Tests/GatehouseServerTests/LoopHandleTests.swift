// The way to another thread's worker: what is waited for is done, or never will be.

import Synchronization
import Testing
import Threading
import Transport

@testable import GatehouseServer

@Suite struct LoopHandleTests {
  /// Counts what it was asked.
  private final class Counter: Sendable {
    let count = Mutex(0)

    func add() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  private let thread: LoopThread<Counter>

  init() throws { thread = try LoopThread(name: "counter", scratchBytes: 4_096) { _ in Counter() } }

  @Test func waitsForTheAnswer() {
    #expect(thread.handle.wait(atMost: .seconds(20)) { $0.add() } == 1)
    thread.stop()
  }

  /// A reload that was refused because a thread did not answer must not be carried out once it does.
  @Test func whatWasGivenUpIsNeverDone() throws {
    let gate = try #require(WorkSemaphore())
    thread.handle.tell { _ in gate.wait() }
    #expect(thread.handle.wait(atMost: .milliseconds(1)) { $0.add() } == nil)
    gate.signal()
    #expect(thread.handle.wait(atMost: .seconds(20)) { $0.add() } == 1)
    thread.stop()
  }

  @Test func whatHasBegunCannotBeWithdrawn() {
    let begun = LoopInquiry<Int>()
    #expect(begun.begin() && !begun.withdraw() && begun.answer == nil)
    begun.end(with: 1)
    #expect(begun.answer == 1 && !begun.withdraw())
    let withdrawn = LoopInquiry<Int>()
    #expect(withdrawn.withdraw() && !withdrawn.begin())
    thread.stop()
  }
}
