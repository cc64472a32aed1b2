// A thread that runs one closure and can be waited for.

import CSystem
import Glibc

/// A POSIX thread.
public struct WorkerThread: Sendable {
  private let handle: pthread_t

  private final class Body {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts at once; nil where the system starts no more threads. `name` has at most 15 bytes.
  public init?(name: String, run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    var handle = pthread_t()
    let failure = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        gh_name_thread(body.name)
        body.run()
        return nil
      }, body.toOpaque())
    guard failure == 0 else {
      body.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for the end of the closure; once per thread.
  public func join() { pthread_join(handle, nil) }
}
