// The way to a worker that lives in another thread's loop.

import Synchronization
import Threading
import Transport

/// May be used from any thread. Messages are done in the worker's thread, in the order of their coming.
struct LoopHandle<Worker: AnyObject>: Sendable {
  let mailbox: Mailbox

  init(_ mailbox: Mailbox) { self.mailbox = mailbox }

  func tell(_ message: @escaping @Sendable (Worker) -> Void) {
    mailbox.post { loop in
      // The loop's thread made it a `Worker` before anybody had this handle, and keeps it for as long as the loop runs.
      guard let worker = loop.context as? Worker else {
        assertionFailure("a loop runs without its \(Worker.self)")
        return
      }
      message(worker)
    }
  }

  /// Goes on in the asker's own thread with what the worker answers.
  func ask<Answer: Sendable, Asker>(
    _ question: @escaping @Sendable (Worker) -> Answer, for asker: LoopHandle<Asker>,
    then goOn: @escaping @Sendable (Asker, Answer) -> Void
  ) {
    tell { worker in
      let answer = question(worker)
      asker.tell { goOn($0, answer) }
    }
  }

  /// Waits for the answer, in a thread that has nothing else to do; nil where none came in time.
  func wait<Answer: Sendable>(
    atMost patience: Interval, for question: @escaping @Sendable (Worker) -> Answer
  ) -> Answer? {
    guard let answered = WorkSemaphore() else { return nil }
    let answer = Slot<Answer>()
    tell { worker in
      let value = question(worker)
      answer.value.withLock { $0 = value }
      answered.signal()
    }
    guard answered.wait(atMost: patience.milliseconds) else { return nil }
    return answer.value.withLock { $0 }
  }

  private final class Slot<Answer: Sendable>: Sendable {
    let value = Mutex<Answer?>(nil)
  }
}
