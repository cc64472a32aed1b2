// What comes in: from the socket, or out of TLS records.

import COpenSSL
import Glibc
import Threading

extension ByteStream {
  /// Records that one `read` takes: their number is the peer's choice, and each costs the same however short it is.
  private static let recordsPerRead = 128
  /// Handshake messages and alerts that a peer may cause within `protocolInterval` once the handshake is done. A few
  /// tickets come at once; keys change after gigabytes.
  private static let maximumProtocolSteps = 64
  private static let protocolInterval = Interval.seconds(10)

  public func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    guard state == .open, buffer.count > 0 else { return .failed }
    guard let ssl else {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      return (errno == EAGAIN || errno == EINTR) && !hasBroken ? .wouldBlock : .failed
    }
    // Reading may make OpenSSL write (an alert, a key update).
    defer { flush() }
    isDrained = false
    var filled = 0
    // One record at a time is what SSL_read gives; take what was read ahead before working on any of it.
    for _ in 0..<Self.recordsPerRead {
      let count = SSL_read(ssl, buffer.baseAddress.map { $0 + filled }, Int32(clamping: buffer.count - filled))
      guard count > 0 else {
        let outcome = readFailure(ssl, count)
        // An end or an error is met again at the next read.
        isDrained = outcome == .wouldBlock
        if filled > 0 { break }
        return outcome
      }
      filled += Int(count)
      if SSL_has_pending(ssl) == 0 {
        isDrained = true
        break
      }
      if filled == buffer.count { break }
    }
    if !isDrained, wantsInput { loop.revisitLater(self) }
    return .bytes(filled)
  }

  func readFailure(_ ssl: OpaquePointer, _ result: Int32) -> ReadOutcome {
    // The thread's queue of errors must be empty when the next stream asks for its own.
    defer { ERR_clear_error() }
    if isFlooding { return .failed }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return hasBroken ? .failed : .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .end
    default: return .failed
    }
  }

  /// Called by OpenSSL for each handshake message and alert. Each of them costs more than a record of data, and what is
  /// answered piles up where the peer does not take it: a peer that goes on with them loses its connection.
  func noteProtocolStep() {
    guard state == .open else { return }
    if loop.now - protocolWindow >= Self.protocolInterval {
      protocolWindow = loop.now
      protocolSteps = 0
    }
    protocolSteps += 1
    guard protocolSteps > Self.maximumProtocolSteps, !isFlooding, let ssl else { return }
    isFlooding = true
    // Makes OpenSSL leave what it has read ahead, of which it would otherwise work on every message before it returns.
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
  }
}
