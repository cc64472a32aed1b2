// A counting semaphore for worker threads, kept by the kernel.

import CSystem
import Glibc

/// An eventfd in semaphore mode: the one waiting primitive that is a plain number, so that threads share it without a
/// pointer to memory that nobody owns. A wait or signal is one system call.
public final class WorkSemaphore: Sendable {
  private let descriptor: Int32

  /// nil where the process may open no more descriptors.
  public init?() {
    descriptor = eventfd(0, Int32(EFD_SEMAPHORE) | Int32(EFD_CLOEXEC))
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  public func signal(times: Int = 1) {
    var value = UInt64(times)
    while write(descriptor, &value, 8) < 0 && errno == EINTR {}
  }

  public func wait() {
    var value: UInt64 = 0
    while read(descriptor, &value, 8) < 0 && errno == EINTR {}
  }

  /// false where no signal came in time.
  public func wait(atMost milliseconds: Int) -> Bool {
    var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // A signal of the process that interrupts it makes it wait anew, which only a stop that is late anyway notices.
    while true {
      let ready = poll(&interest, 1, Int32(clamping: milliseconds))
      if ready > 0 { break }
      if ready == 0 || errno != EINTR { return false }
    }
    wait()
    return true
  }
}
