// A descriptor that an event loop watches.

import CSystem
import Glibc
public import Threading

/// Created, used and closed in its loop's thread. While open, its loop keeps it alive.
open class Channel {
  public let loop: EventLoop
  public internal(set) final var descriptor: Int32
  /// After which `deadlineExpired` is called once, by the loop's clock.
  final var deadline = Instant.never
  /// The wheel's tick at which this channel is looked at next; `.max` where no tick is pending.
  final var pendingTick = UInt64.max
  /// Its place in that tick's slot.
  final var wheelIndex = 0
  final var interest: UInt32 = 0
  /// Whether it is in its loop's list of those to be called once more.
  final var awaitsRevisit = false

  public init(loop: EventLoop, descriptor: Int32) {
    self.loop = loop
    self.descriptor = descriptor
  }

  public final var isOpen: Bool { descriptor >= 0 }

  /// Called with epoll's event bits.
  open func ready(_ events: UInt32) {}

  open func deadlineExpired() {}

  /// Called after `EventLoop.revisitLater`.
  open func revisited() {}

  /// Calls `deadlineExpired` after `patience`, replacing the previous deadline. Cheap enough for every exchange.
  public final func setDeadline(after patience: Interval) {
    deadline = loop.now + patience
    loop.wheel.schedule(self)
  }

  public final func clearDeadline() { deadline = .never }

  /// Stops watching and closes the descriptor.
  public final func closeDescriptor() {
    guard isOpen else { return }
    loop.remove(self)
    loop.wheel.remove(self)
    close(descriptor)
    descriptor = -1
    deadline = .never
  }
}
