// Records of a TLS 1.2 connection that no library would send: written with the keys of a session that one has made.

import COpenSSL

/// The client's direction of an `ECDHE-*-AES128-GCM-SHA256` session (RFC 5246 §6.3, RFC 5288 §3).
struct Records12 {
  /// For `ClientContext`.
  static let ciphers = "ECDHE+AES128+AESGCM"

  private let key: [UInt8]
  private let salt: [UInt8]
  /// Of the next record: the handshake's Finished was the first.
  private var sequence: UInt64 = 1

  init(of session: OpaquePointer) throws {
    var master = [UInt8](repeating: 0, count: 48)
    var client = [UInt8](repeating: 0, count: 32)
    var server = [UInt8](repeating: 0, count: 32)
    guard SSL_version(session) == TLS1_2_VERSION,
      SSL_SESSION_get_master_key(SSL_get_session(session), &master, master.count) == master.count,
      SSL_get_client_random(session, &client, 32) == 32, SSL_get_server_random(session, &server, 32) == 32
    else { throw HarnessFailure("no TLS 1.2 session") }
    // Two keys of 16 bytes, then two salts of 4.
    let block = Self.expansion(master, Array("key expansion".utf8) + server + client, count: 40)
    key = Array(block[..<16])
    salt = Array(block[32..<36])
  }

  private static func expansion(_ secret: [UInt8], _ seed: [UInt8], count: Int) -> [UInt8] {
    var link = seed
    var result: [UInt8] = []
    while result.count < count {
      link = code(secret, link)
      result += code(secret, link + seed)
    }
    return Array(result[..<count])
  }

  private static func code(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 32)
    HMAC(EVP_sha256(), key, Int32(key.count), text, text.count, &result, nil)
    return result
  }

  /// One record with its header.
  mutating func record(_ type: UInt8, _ payload: [UInt8]) throws -> [UInt8] {
    let number = withUnsafeBytes(of: sequence.bigEndian) { Array($0) }
    sequence += 1
    let length = { (count: Int) in [UInt8(count >> 8), UInt8(count & 0xff)] }
    var sealed = [UInt8](repeating: 0, count: payload.count)
    var tag = [UInt8](repeating: 0, count: 16)
    var count: Int32 = 0
    let bound = number + [type, 3, 3] + length(payload.count)
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    guard EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, salt + number) == 1,
      EVP_EncryptUpdate(context, nil, &count, bound, Int32(bound.count)) == 1,
      EVP_EncryptUpdate(context, &sealed, &count, payload, Int32(payload.count)) == 1,
      EVP_EncryptFinal_ex(context, nil, &count) == 1,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
    else { throw HarnessFailure("AES-GCM") }
    return [type, 3, 3] + length(8 + payload.count + 16) + number + sealed + tag
  }
}
