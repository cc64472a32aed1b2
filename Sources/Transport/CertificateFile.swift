// When the certificates of a PEM file are valid, for those who warn before it is too late.

import COpenSSL
import Glibc

public struct CertificateFile {
  public struct Certificate: Sendable, Equatable {
    /// As OpenSSL prints it on one line, at most 256 bytes.
    public let subject: String
    /// Seconds since 1970.
    public let notBefore: Int
    /// Seconds since 1970: it is valid to the end of this second.
    public let notAfter: Int
  }

  /// In the order of the file: in that of a server its own comes first.
  public let certificates: [Certificate]

  /// - Throws: where the file cannot be read as PEM, or no certificate is in it.
  public init(path: String) throws(TransportFailure) {
    guard let file = BIO_new_file(path, "r") else {
      throw .tls("certificate \(path): \(TLSErrors.latest())")
    }
    defer { BIO_free_all(file) }
    var found: [Certificate] = []
    while let certificate = PEM_read_bio_X509(file, nil, nil, nil) {
      defer { X509_free(certificate) }
      found.append(
        Certificate(
          subject: Self.subject(of: certificate), notBefore: Self.seconds(X509_get0_notBefore(certificate), or: .min),
          notAfter: Self.seconds(X509_get0_notAfter(certificate), or: .max)))
    }
    // The end of the file is told as an error.
    ERR_clear_error()
    guard !found.isEmpty else { throw .tls("certificate \(path): no certificate could be read") }
    certificates = found
  }

  private static func subject(of certificate: OpaquePointer) -> String {
    var text = [CChar](repeating: 0, count: 256)
    X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `fallback` for a time that OpenSSL cannot read, and will not hold against the certificate either.
  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?, or fallback: Int) -> Int {
    var parts = tm()
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return fallback }
    return timegm(&parts)
  }
}
