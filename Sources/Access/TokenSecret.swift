// Makes the text of an API token, and compares a presented text with the digest that is kept of it.

public import Authorizations
public import Formats
import COpenSSL

/// The secret half of an `APIToken`. Shown once, at creation.
public enum TokenSecret {
  /// `text` is the token as its owner uses it; `salt` and `digest` are what is kept. Described without the text.
  public struct Generated: Sendable, CustomStringConvertible, CustomReflectable {
    public let text: String
    public let salt: [UInt8]
    public let digest: [UInt8]

    public var description: String { "<token>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
  }

  /// What a presented text turned out to be. An expired token is as good as an inactive one.
  public enum Presented: Sendable {
    case unknown
    case inactive(APIToken)
    case active(APIToken)
  }

  /// A new token of the identifier `id`; nil where the system has no randomness to give.
  public static func generate(id: Identifier) -> Generated? {
    var secret = [UInt8](repeating: 0, count: 32)
    var salt = [UInt8](repeating: 0, count: 16)
    guard RAND_bytes(&secret, 32) == 1, RAND_bytes(&salt, 16) == 1 else { return nil }
    let text = TokenText.text(id, secret: Base64.encodeURLSafe(secret))
    secret.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    return Generated(text: String(decoding: text, as: UTF8.self), salt: salt, digest: digest(of: text, salt: salt))
  }

  /// What stands as `hash` in `[[token]]`.
  public static func declaration(of generated: Generated, id: Identifier) -> String {
    TokenHash(id: id, salt: generated.salt, digest: generated.digest).description
  }

  /// SHA-512 over the salt followed by the text. No slow hash: the text carries 256 random bits.
  public static func digest(of text: [UInt8], salt: [UInt8]) -> [UInt8] {
    var context = SHA512_CTX()
    gh_sha512_init(&context)
    gh_sha512_update(&context, salt, salt.count)
    gh_sha512_update(&context, text, text.count)
    return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      gh_sha512_final(&context, buffer.baseAddress)
      count = 64
    }
  }

  /// The token of gatehouse that `text` is, found by the identifier in it and compared in constant time.
  ///
  /// - Parameter time: nanoseconds since 1970.
  public static func present(
    _ text: [UInt8], in snapshot: AuthorizationSnapshot, at time: Int64 = WallClock.system()
  ) -> Presented {
    guard let id = TokenText(text)?.id, let token = snapshot.tokens[id] else { return .unknown }
    let presented = digest(of: text, salt: token.salt)
    guard presented.count == token.digest.count,
      CRYPTO_memcmp(presented, token.digest, presented.count) == 0
    else { return .unknown }
    return token.isActive(at: time) ? .active(token) : .inactive(token)
  }

  /// Whether `text` looks like a token of ours, known or not.
  public static func hasForm(_ text: [UInt8]) -> Bool { TokenText(text) != nil }
}
