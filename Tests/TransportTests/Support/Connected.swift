// Two ends of a connection in one loop: over a socket pair, or over loopback TCP with or without TLS.

import Glibc
import Testing

@testable import Transport

/// Both ends are streams.
final class Connected {
  let server = Recorder()
  let client = Recorder()
  private var listener: ListeningSocket?

  init(_ loop: EventLoop, tls: Certificate? = nil, serverName: String = "localhost", ca: Certificate? = nil) throws {
    let context = try tls.map { try ServerTLSContext($0.settings) }
    let listener = try ListeningSocket(address: "127.0.0.1", port: 0, loop: loop) { [server] socket in
      do {
        server.stream = try ByteStream(accepted: socket.descriptor, loop: loop, tls: context, handler: server)
      } catch { Issue.record(error) }
    }
    self.listener = listener
    let trust = try tls.map { try ClientTLSContext(caPath: (ca ?? $0).certificatePath) }
    client.stream = try ByteStream(
      connectingTo: "127.0.0.1", port: listener.port, loop: loop, tls: trust, serverName: serverName, handler: client)
  }

  var isOpen: Bool { client.opened > 0 && server.stream != nil && (server.stream?.isTLS == false || server.opened > 0) }

  func close() {
    client.stream?.close()
    server.stream?.close()
    listener?.closeDescriptor()
  }
}

/// One end is a stream, the other a plain descriptor of the test.
final class Plugged {
  let recorder = Recorder()
  let peer: Int32

  init(_ loop: EventLoop) throws {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
      throw TransportFailure.system("socketpair", errno)
    }
    peer = pair[1]
    recorder.stream = try ByteStream(accepted: pair[0], loop: loop, tls: nil, handler: recorder)
  }

  deinit { Glibc.close(peer) }

  func send(_ text: String) { _ = Glibc.send(peer, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

  /// What the stream has sent so far.
  func take() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = recv(peer, &bytes, bytes.count, 0)
    return Array(bytes[..<max(0, count)])
  }
}

/// Bytes whose order and completeness can be told: blocks of an odd size, each numbered.
func pattern(_ count: Int, seed: Int = 1) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(count + 10_007)
  var block = (0..<min(count, 10_007)).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed) ^ ($0 >> 8)) }
  while result.count < count {
    block[0] = UInt8(truncatingIfNeeded: result.count / 10_007)
    result += block
  }
  return Array(result[..<count])
}
