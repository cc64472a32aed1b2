// Signals as events of a loop, so that nothing runs in a signal handler.

import CSystem
import Glibc

/// Must be made before any other thread: what it blocks, threads made later inherit.
public final class SignalSource: Channel {
  public enum Signal: Sendable {
    /// SIGTERM or SIGINT.
    case stop
    /// SIGHUP.
    case reload
    /// SIGUSR1.
    case reopenLogs
  }

  private let received: (Signal) -> Void

  public init(loop: EventLoop, received: @escaping (Signal) -> Void) throws(TransportFailure) {
    let descriptor = gh_signals()
    guard descriptor >= 0 else { throw .system("signalfd", errno) }
    self.received = received
    super.init(loop: loop, descriptor: descriptor)
    try loop.add(self, events: EPOLLIN.rawValue)
  }

  public override func ready(_ events: UInt32) {
    while isOpen {
      switch gh_next_signal(descriptor) {
      case SIGTERM, SIGINT: received(.stop)
      case SIGHUP: received(.reload)
      case SIGUSR1: received(.reopenLogs)
      default: return
      }
    }
  }
}
