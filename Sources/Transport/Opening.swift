// What a client sent first in place of, or within, a TLS handshake.

import COpenSSL

struct Opening {
  private var first: [UInt8] = []
  /// The highest version that its hello offers, as OpenSSL numbers them; 0 before a hello was read.
  var offer: UInt32 = 0

  /// The longest method of HTTP that is looked for, with the blank behind it: `OPTIONS `.
  private static let length = 8

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if first.count < Self.length { first += bytes.prefix(Self.length - first.count) }
  }

  /// Whether it is a method of HTTP or the beginning of one; no TLS record begins with a letter.
  var isHTTP: Bool {
    let letters = first.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    guard letters.count >= 3 else { return false }
    return letters.count == first.count || first[letters.count] == UInt8(ascii: " ")
  }

  var offeredVersion: String {
    switch Int32(clamping: offer) {
    case 0: "none"
    case TLS1_3_VERSION: "TLS 1.3"
    case TLS1_2_VERSION: "TLS 1.2"
    case TLS1_1_VERSION: "TLS 1.1"
    case TLS1_VERSION: "TLS 1.0"
    case SSL3_VERSION: "SSL 3.0"
    default: "unknown"
    }
  }

  /// The highest version in a hello: of its extension where it has one (RFC 8446 §4.2.1), else its own.
  static func offer(in hello: OpaquePointer) -> UInt32 {
    var data: UnsafePointer<UInt8>?
    var count = 0
    guard SSL_client_hello_get0_ext(hello, UInt32(TLSEXT_TYPE_supported_versions), &data, &count) == 1, let data else {
      return SSL_client_hello_get0_legacy_version(hello)
    }
    let bytes = UnsafeBufferPointer(start: data, count: count)
    var highest: UInt32 = 0
    // A byte of length, then the versions; among them values that mean nothing, to keep servers used to such.
    for place in stride(from: 1, to: bytes.count - 1, by: 2) {
      let version = UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
      if (UInt32(SSL3_VERSION)...UInt32(TLS1_3_VERSION)).contains(version) { highest = max(highest, version) }
    }
    return highest
  }
}
