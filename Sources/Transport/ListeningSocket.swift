// A listening socket of one event loop.

import CSystem
import Glibc

/// An accepted connection, before anything of it was read.
public struct AcceptedSocket {
  public let descriptor: Int32
  /// Numeric address of the peer.
  public let address: String
  public let port: UInt16
}

public final class ListeningSocket: Channel {
  private let accepted: (AcceptedSocket) -> Void
  private var spareDescriptor: Int32

  /// Sockets accepted in one turn of the loop, so that a rush of new clients does not starve the others.
  private static let acceptsPerTurn = 64

  /// Every loop listens on the same address; the kernel spreads connections among them (SO_REUSEPORT).
  public init(
    address: String, port: UInt16, loop: EventLoop, accepted: @escaping (AcceptedSocket) -> Void
  ) throws(TransportFailure) {
    let descriptor = gh_listen(address, port, 4_096)
    guard descriptor >= 0 else { throw .system("listen on \(address) port \(port)", errno) }
    self.accepted = accepted
    spareDescriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
    super.init(loop: loop, descriptor: descriptor)
    try loop.add(self, events: EPOLLIN.rawValue)
  }

  deinit { if spareDescriptor >= 0 { Glibc.close(spareDescriptor) } }

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
        if errno == EMFILE || errno == ENFILE { shedOne() }
        if errno == ECONNABORTED || errno == EINTR { continue }
        return
      }
      let address = withUnsafeBytes(of: &text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      accepted(AcceptedSocket(descriptor: accept, address: address, port: port))
    }
  }

  /// Out of descriptors, a waiting connection would wake the loop for ever: take it with the spare one and close it.
  private func shedOne() {
    guard spareDescriptor >= 0 else { return }
    Glibc.close(spareDescriptor)
    var port: UInt16 = 0
    let victim = gh_accept(descriptor, nil, 0, &port)
    if victim >= 0 { Glibc.close(victim) }
    spareDescriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
  }
}
