// The TLS settings of the suite's clients: they trust the run's certificate alone.

import COpenSSL

final class ClientContext {
  let pointer: OpaquePointer

  /// - Parameters:
  ///   - ciphers12: makes it speak TLS 1.2 with these; nil for TLS 1.3.
  ///   - version: the highest that it speaks, where that is not 1.2.
  init(authority: String? = nil, ciphers12: String? = nil, version: Int32 = TLS1_2_VERSION) throws {
    guard let made = SSL_CTX_new(TLS_client_method()) else { throw HarnessFailure("SSL_CTX_new") }
    pointer = made
    let path = try authority ?? Certificate.shared.get().certificate
    guard SSL_CTX_load_verify_locations(pointer, path, nil) == 1 else { throw HarnessFailure("cannot trust \(path)") }
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    if let ciphers12 {
      guard gh_ssl_ctx_set_min_version(pointer, min(version, TLS1_2_VERSION)) == 1,
        gh_ssl_ctx_set_max_version(pointer, version) == 1, SSL_CTX_set_cipher_list(pointer, ciphers12) == 1
      else { throw HarnessFailure("ciphers \(ciphers12)") }
    }
    _ = gh_ssl_ctx_set_mode(pointer, Int(SSL_MODE_AUTO_RETRY))
  }

  deinit { SSL_CTX_free(pointer) }
}
