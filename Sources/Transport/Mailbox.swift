// What other threads leave for an event loop: the only thing of a loop that crosses threads.

import CSystem
import Glibc
import Synchronization

/// Work left for a loop, done in its thread in the order of arrival. The loop is woken only when the box was empty.
public final class Mailbox: Sendable {
  public typealias Message = @Sendable (EventLoop) -> Void

  private let messages = Mutex<[Message]>([])
  let wakeDescriptor: Int32

  init() throws(TransportFailure) {
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard wakeDescriptor >= 0 else { throw .system("eventfd", errno) }
  }

  deinit { close(wakeDescriptor) }

  public func post(_ message: @escaping Message) {
    let wasEmpty = messages.withLock {
      $0.append(message)
      return $0.count == 1
    }
    if wasEmpty { eventfd_write(wakeDescriptor, 1) }
  }

  func takeAll() -> [Message] {
    var count: eventfd_t = 0
    eventfd_read(wakeDescriptor, &count)
    return messages.withLock { box in
      let taken = box
      box = []
      return taken
    }
  }
}
