// A thread that runs one event loop, from its making to its end.

import Glibc
import Synchronization
import Threading
import Transport

/// The thread is up, its loop's `prepare` done, when the initialiser returns.
final class LoopThread<Worker: AnyObject>: Sendable {
  let name: String
  let handle: LoopHandle<Worker>
  private let thread: WorkerThread

  /// - Parameters:
  ///   - scratchBytes: of the loop.
  ///   - longHeadBytes: of the loop.
  ///   - prepare: runs in the thread before the loop, and makes the worker that messages are for.
  init(
    name: String, scratchBytes: Int, longHeadBytes: Int = 0,
    prepare: @escaping @Sendable (EventLoop) throws(StartProblem) -> Worker
  ) throws(StartProblem) {
    self.name = name
    let start = Start()
    do throws(TransportFailure) {
      let started = try EventLoop(scratchBytes: 4_096)
      let home = started.mailbox
      let thread = WorkerThread(name: name) {
        do throws(StartProblem) {
          let loop = try Self.makeLoop(scratchBytes, longHeadBytes)
          loop.context = try prepare(loop)
          start.result.withLock { $0 = .success(loop.mailbox) }
          home.post { $0.stop() }
          loop.run()
          loop.context = nil
        } catch {
          start.result.withLock { $0 = .failure(error) }
          home.post { $0.stop() }
        }
      }
      // The one reason that a thread with default attributes has for not starting.
      guard let thread else { throw .system("pthread_create", EAGAIN) }
      self.thread = thread
      started.run()
    } catch {
      throw StartProblem(error.description)
    }
    let result = start.result.withLock { $0 } ?? .failure(StartProblem("thread \(name) did not start"))
    switch result {
    case .success(let mailbox): handle = LoopHandle(mailbox)
    case .failure(let problem):
      thread.join()
      throw problem
    }
  }

  private static func makeLoop(_ scratchBytes: Int, _ longHeadBytes: Int) throws(StartProblem) -> EventLoop {
    do throws(TransportFailure) { return try EventLoop(scratchBytes: scratchBytes, longHeadBytes: longHeadBytes) } catch
    {
      throw StartProblem(error.description)
    }
  }

  /// Ends the loop after the messages before, and waits for the thread.
  func stop() {
    handle.mailbox.post { $0.stop() }
    thread.join()
  }
}

private final class Start: Sendable {
  let result = Mutex<Result<Mailbox, StartProblem>?>(nil)
}

/// Why the server cannot start: one text for the operator, without secrets.
public struct StartProblem: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
