// A listening socket of one event loop.

import CSystem
import Glibc
import Threading

/// An accepted connection, before anything of it was read.
public struct AcceptedSocket {
  public let descriptor: Int32
  /// Numeric address of the peer.
  public let address: String
  public let port: UInt16
}

public final class ListeningSocket: Channel {
  private let accepted: (AcceptedSocket) -> Void
  /// Told why nothing can be accepted at the moment, each time that it is tried again in vain.
  public var exhausted: ((TransportFailure) -> Void)?

  /// Sockets accepted in one turn of the loop, so that a rush of new clients does not starve the others.
  private static let acceptsPerTurn = 64
  /// For how long nothing is accepted once the system has no descriptor or memory for it: those who wait
  /// would wake the loop without end.
  private static let pause = Interval.milliseconds(100)

  /// Every loop listens on the same address; the kernel spreads connections among them (SO_REUSEPORT).
  public init(
    address: String, port: UInt16, loop: EventLoop, accepted: @escaping (AcceptedSocket) -> Void
  ) throws(TransportFailure) {
    let descriptor = gh_listen(address, port, 4_096)
    guard descriptor >= 0 else { throw .system("listen on \(address) port \(port)", errno) }
    self.accepted = accepted
    super.init(loop: loop, descriptor: descriptor)
    try loop.add(self, events: EPOLLIN.rawValue)
  }

  public var port: UInt16 { gh_bound_port(descriptor) }

  public override func ready(_ events: UInt32) {
    for _ in 0..<Self.acceptsPerTurn {
      guard isOpen else { return }
      var text = InlineArray<64, CChar>(repeating: 0)
      var port: UInt16 = 0
      let accept = withUnsafeMutableBytes(of: &text) { bytes in
        gh_accept(descriptor, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &port)
      }
      guard accept >= 0 else {
        switch errno {
        case EAGAIN: return
        case EMFILE, ENFILE, ENOMEM, ENOBUFS: return pauseAccepting(errno)
        // The connection's own error, or none.
        default: continue
        }
      }
      let address = withUnsafeBytes(of: &text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      accepted(AcceptedSocket(descriptor: accept, address: address, port: port))
    }
  }

  private func pauseAccepting(_ code: Int32) {
    loop.setInterest(self, events: 0)
    setDeadline(after: Self.pause)
    exhausted?(.system("accept", code))
  }

  public override func deadlineExpired() { loop.setInterest(self, events: EPOLLIN.rawValue) }
}
