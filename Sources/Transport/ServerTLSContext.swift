// The TLS settings of a listener, made anew in every event loop.

import COpenSSL

/// What a listener's TLS is made of: bytes and names, so that every loop makes its own context from the same.
public struct ServerTLSSettings: Sendable {
  public var certificatePath: String
  public var keyPath: String
  public var requiresTLS13: Bool
  public var ciphers: String?
  public var cipherSuites: String?
  /// 80 random bytes shared by all loops of a listener, so that a session ticket of one is accepted by the others.
  public var ticketKeys: [UInt8]

  public init(
    certificatePath: String, keyPath: String, requiresTLS13: Bool, ciphers: String?, cipherSuites: String?,
    ticketKeys: [UInt8]
  ) {
    self.certificatePath = certificatePath
    self.keyPath = keyPath
    self.requiresTLS13 = requiresTLS13
    self.ciphers = ciphers
    self.cipherSuites = cipherSuites
    self.ticketKeys = ticketKeys
  }

  public static func randomTicketKeys() throws(TransportFailure) -> [UInt8] {
    var keys = [UInt8](repeating: 0, count: 80)
    guard RAND_bytes(&keys, Int32(keys.count)) == 1 else { throw .tls("no random bytes for session tickets") }
    return keys
  }
}

public final class ServerTLSContext {
  let context: OpaquePointer

  /// Fails with a text that names the file or setting at fault.
  public init(_ settings: ServerTLSSettings) throws(TransportFailure) {
    guard let made = SSL_CTX_new(TLS_server_method()) else { throw .tls("out of memory for a TLS context") }
    context = made
    TLSContext.applyDefaults(made, requiresTLS13: settings.requiresTLS13)
    SSL_CTX_set_options(made, gh_ssl_op_defaults())
    _ = gh_ssl_ctx_set_session_cache_mode(made, Int(SSL_SESS_CACHE_OFF))
    var keys = settings.ticketKeys
    guard gh_ssl_ctx_set_ticket_keys(made, &keys, keys.count) == 1 else { throw .tls("session ticket keys") }
    guard SSL_CTX_set_cipher_list(made, settings.ciphers ?? "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL") == 1 else {
      throw .tls("ciphers: OpenSSL knows none of them")
    }
    if let suites = settings.cipherSuites, SSL_CTX_set_ciphersuites(made, suites) != 1 {
      throw .tls("cipher_suites: not understood by OpenSSL")
    }
    guard SSL_CTX_use_certificate_chain_file(made, settings.certificatePath) == 1 else {
      throw .tls("certificate \(settings.certificatePath): \(TLSErrors.latest())")
    }
    guard SSL_CTX_use_PrivateKey_file(made, settings.keyPath, SSL_FILETYPE_PEM) == 1 else {
      throw .tls("key \(settings.keyPath): \(TLSErrors.latest())")
    }
    guard SSL_CTX_check_private_key(made) == 1 else {
      throw .tls("key \(settings.keyPath) does not belong to certificate \(settings.certificatePath)")
    }
    SSL_CTX_set_client_hello_cb(
      made,
      { ssl, _, _ in
        if let ssl, let data = BIO_get_data(SSL_get_rbio(ssl)) {
          let version = Opening.offer(in: ssl)
          Unmanaged<ByteStream>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.noteOffer(version) }
        }
        return SSL_CLIENT_HELLO_SUCCESS
      }, nil)
    SSL_CTX_set_alpn_select_cb(
      made,
      { _, out, outLength, offered, offeredLength, _ in
        // Only HTTP/1.1 is spoken here; a client that offers nothing else goes on without ALPN and is told in HTTP.
        let wanted: StaticString = "\u{08}http/1.1"
        var chosen: UnsafeMutablePointer<UInt8>?
        let result = SSL_select_next_proto(
          &chosen, outLength, wanted.utf8Start, UInt32(wanted.utf8CodeUnitCount), offered, offeredLength)
        guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_NOACK }
        out?.pointee = UnsafePointer(chosen)
        return SSL_TLSEXT_ERR_OK
      }, nil)
  }

  deinit { SSL_CTX_free(context) }
}

enum TLSContext {
  /// Bytes of ciphertext read ahead in one `recv`: halves the reads of a large body.
  private static let readBuffer = 66 * 1_024

  static func applyDefaults(_ context: OpaquePointer, requiresTLS13: Bool) {
    _ = gh_ssl_ctx_set_min_version(context, requiresTLS13 ? TLS1_3_VERSION : TLS1_2_VERSION)
    // An idle connection without its buffers takes about half the memory.
    _ = gh_ssl_ctx_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
    // With it SSL_read goes on for as long as handshake messages come.
    _ = gh_ssl_ctx_clear_mode(context, Int(SSL_MODE_AUTO_RETRY))
    SSL_CTX_set_info_callback(context) { ssl, event, _ in
      guard event & (SSL_CB_LOOP | SSL_CB_ALERT) != 0, let ssl, let data = BIO_get_data(SSL_get_rbio(ssl)) else {
        return
      }
      Unmanaged<ByteStream>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.noteProtocolStep() }
    }
    gh_ssl_ctx_set_read_ahead(context, 1)
    SSL_CTX_set_default_read_buffer_len(context, readBuffer)
  }
}
