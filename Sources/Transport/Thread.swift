// A thread that a loop may run in.

import Glibc
import Threading

/// A `WorkerThread` whose failure to start is a failure of the transport.
public final class Thread: Sendable {
  private let worker: WorkerThread

  /// - Parameter name: at most 15 bytes, as `ps -L` shows it.
  public init(name: String, _ body: @escaping @Sendable () -> Void) throws(TransportFailure) {
    // The one reason that a thread with default attributes has for not starting.
    guard let started = WorkerThread(name: name, run: body) else { throw .system("pthread_create", EAGAIN) }
    worker = started
  }

  /// Waits until the closure has returned.
  public func join() { worker.join() }
}
