// The TLS settings towards an upstream: always verified.

import COpenSSL
import CSystem

public final class ClientTLSContext {
  let context: OpaquePointer

  /// - Parameter caPath: PEM file of the authorities to trust, and no others; nil for the system's.
  public init(caPath: String?) throws(TransportFailure) {
    guard let made = SSL_CTX_new(TLS_client_method()) else { throw .tls("out of memory for a TLS context") }
    context = made
    TLSContext.applyDefaults(made, requiresTLS13: false)
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nil)
    if let caPath {
      guard SSL_CTX_load_verify_locations(made, caPath, nil) == 1 else {
        throw .tls("ca \(caPath): \(TLSErrors.latest())")
      }
    } else if SSL_CTX_set_default_verify_paths(made) != 1 {
      throw .tls("the system's certificate authorities cannot be read")
    }
  }

  deinit { SSL_CTX_free(context) }

  /// Makes a connection demand a certificate for `serverName`, a host name or a numeric address.
  func prepare(_ ssl: OpaquePointer?, serverName: String) throws(TransportFailure) {
    guard let ssl, let parameters = SSL_get0_param(ssl) else { throw .tls("out of memory for a TLS connection") }
    SSL_set_connect_state(ssl)
    if X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return }
    guard X509_VERIFY_PARAM_set1_host(parameters, serverName, 0) == 1, gh_ssl_set_host_name(ssl, serverName) == 1 else {
      throw .tls("not a host name: \(serverName)")
    }
  }
}
