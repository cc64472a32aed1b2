// A POSIX thread that runs one closure.

import CSystem
import Glibc

public final class Thread: Sendable {
  private let handle: pthread_t

  private final class Box: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// - Parameter name: at most 15 bytes, as `ps -L` shows it.
  public init(name: String, _ body: @escaping @Sendable () -> Void) throws(TransportFailure) {
    let box = Unmanaged.passRetained(Box(name: name, body: body))
    var made = pthread_t()
    let code = pthread_create(
      &made, nil,
      { argument in
        guard let argument else { return nil }
        let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        gh_name_thread(box.name)
        box.body()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw .system("pthread_create", code)
    }
    handle = made
  }

  /// Waits until the closure has returned.
  public func join() { pthread_join(handle, nil) }
}
