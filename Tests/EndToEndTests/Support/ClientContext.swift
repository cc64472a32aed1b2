// The TLS settings of the suite's clients: they trust the run's certificate alone.

import COpenSSL

final class ClientContext {
  let pointer: OpaquePointer

  init(authority: String? = nil) throws {
    guard let made = SSL_CTX_new(TLS_client_method()) else { throw HarnessFailure("SSL_CTX_new") }
    pointer = made
    let path = try authority ?? Certificate.shared.get().certificate
    guard SSL_CTX_load_verify_locations(pointer, path, nil) == 1 else { throw HarnessFailure("cannot trust \(path)") }
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    _ = gh_ssl_ctx_set_mode(pointer, Int(SSL_MODE_AUTO_RETRY))
  }

  deinit { SSL_CTX_free(pointer) }
}
