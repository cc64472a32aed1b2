// The way to a worker that lives in another thread's loop.

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

  /// Waits for the answer, in a thread that has nothing else to do.
  ///
  /// nil where the worker did not come to it in time: the question is then withdrawn, and never asked. What it has begun
  /// to answer is waited for to the end, so that nothing is done behind the back of who gave up.
  func wait<Answer: Sendable>(
    atMost patience: Interval, for question: @escaping @Sendable (Worker) -> Answer
  ) -> Answer? {
    guard let answered = WorkSemaphore() else { return nil }
    let inquiry = LoopInquiry<Answer>()
    tell { worker in
      guard inquiry.begin() else { return }
      inquiry.end(with: question(worker))
      answered.signal()
    }
    if !answered.wait(atMost: patience.milliseconds), inquiry.withdraw() { return nil }
    while true {
      if let answer = inquiry.answer { return answer }
      _ = answered.wait(atMost: patience.milliseconds)
    }
  }
}
