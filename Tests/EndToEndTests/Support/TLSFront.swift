// TLS before the scripted upstream, with a certificate of the test's choice.

import COpenSSL
import CSystem
import Glibc

final class TLSFront: Sendable {
  let port: UInt16
  private let listener: Int32

  init(certificate: Certificate, before upstream: UInt16) throws {
    listener = gh_listen("127.0.0.1", 0, 64)
    guard listener >= 0 else { throw HarnessFailure("listen: \(errno)") }
    _ = fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) & ~O_NONBLOCK)
    port = gh_bound_port(listener)
    let (descriptor, chain, key) = (listener, certificate.certificate, certificate.key)
    Background.start {
      while true {
        var peer = [CChar](repeating: 0, count: 64)
        var peerPort: UInt16 = 0
        let accepted = gh_accept(descriptor, &peer, peer.count, &peerPort)
        guard accepted >= 0 else { return }
        _ = fcntl(accepted, F_SETFL, fcntl(accepted, F_GETFL) & ~O_NONBLOCK)
        Background.start {
          Self.relay(accepted, chain, key, upstream)
          close(accepted)
        }
      }
    }
  }

  /// Carries bytes both ways by turns: HTTP asks and answers.
  private static func relay(_ descriptor: Int32, _ chain: String, _ key: String, _ upstream: UInt16) {
    guard let context = SSL_CTX_new(TLS_server_method()) else { return }
    defer { SSL_CTX_free(context) }
    SSL_CTX_use_certificate_chain_file(context, chain)
    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM)
    guard let session = SSL_new(context) else { return }
    defer { SSL_free(session) }
    SSL_set_fd(session, descriptor)
    guard SSL_accept(session) == 1, let inner = try? RawClient(port: upstream, tls: false) else { return }
    var room = [UInt8](repeating: 0, count: 65_536)
    while true {
      var waiting = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: inner.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if SSL_pending(session) == 0, poll(&waiting, 2, 30_000) <= 0 { return }
      if SSL_pending(session) > 0 || waiting[0].revents != 0 {
        let count = SSL_read(session, &room, Int32(room.count))
        guard count > 0, inner.send(Array(room[..<Int(count)])) else { return }
      }
      if waiting[1].revents != 0 {
        guard (try? inner.fill()) == true else { return }
        let answer = inner.take(inner.buffer.count)
        guard SSL_write(session, answer, Int32(answer.count)) > 0 else { return }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
