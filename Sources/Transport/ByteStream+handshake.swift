// How a stream comes up: connected, shaken hands with, or found to speak no TLS at all.

import COpenSSL
import CSystem

extension ByteStream {
  func finishConnecting() {
    let code = gh_socket_error(descriptor)
    guard code == 0 else { return fail(.connect(code)) }
    if ssl != nil {
      state = .handshaking
      updateInterest()
      handshake()
    } else {
      state = .open
      updateInterest()
      handler?.streamOpened(self)
    }
  }

  func handshake() {
    guard let ssl else { return }
    let result = SSL_do_handshake(ssl)
    flush()
    if result == 1 {
      state = .open
      isDrained = SSL_has_pending(ssl) == 0
      updateInterest()
      handler?.streamOpened(self)
      if isOpen, hasBufferedInput, wantsInput { handler?.streamReadable(self) }
      return
    }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: updateInterest()
    default:
      if SSL_is_server(ssl) == 1, opening.isHTTP { return turnPlaintext() }
      let verification = SSL_get_verify_result(ssl)
      let text =
        verification == X509_V_OK
        ? TLSErrors.latest() : String(cString: X509_verify_cert_error_string(Int(verification)))
      fail(.handshake(text))
    }
    ERR_clear_error()
  }

  /// The TLS version that the client of this stream offered, in words.
  public var offeredVersion: String { opening.offeredVersion }

  /// Called by OpenSSL's BIO.
  func noteReceived(_ bytes: UnsafeRawBufferPointer) {
    if state == .handshaking { opening.append(bytes) }
  }

  /// Called by OpenSSL once it has read a client's hello.
  func noteOffer(_ version: UInt32) { opening.offer = version }

  func turnPlaintext() {
    SSL_free(ssl)
    ssl = nil
    ERR_clear_error()
    state = .open
    updateInterest()
    handler?.streamSpeaksHTTP(self)
  }

  func fail(_ failure: StreamFailure) {
    guard state != .closed else { return }
    let handler = handler
    close()
    handler?.streamFailed(self, failure)
  }
}
