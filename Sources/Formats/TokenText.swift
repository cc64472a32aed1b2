// What the text of an API token of gatehouse looks like: `gh`, its identifier, a full stop, 43 characters of secret.

/// The form alone: whether such a token exists, only the store knows.
public struct TokenText: Sendable, Equatable {
  /// Of the token that it claims to be.
  public let id: Identifier

  /// Bytes: `gh`, 16 digits, `.`, and 256 bits in the alphabet of URLs.
  public static let length = 2 + 16 + 1 + 43

  /// nil for a text that is none. Digits count in lower case alone, as they are written: a text in another case is some
  /// other server's token.
  public init?(_ text: [UInt8]) {
    guard text.count == Self.length, text[0] == UInt8(ascii: "g"), text[1] == UInt8(ascii: "h"),
      text[18] == UInt8(ascii: "."), let value = Hexadecimal.value(ofLowercase: text[2..<18]),
      let id = Identifier(value)
    else { return nil }
    self.id = id
  }

  /// The text of the token `id`.
  ///
  /// - Parameter secret: 32 bytes in base64url, without padding.
  public static func text(_ id: Identifier, secret: [UInt8]) -> [UInt8] { Array("gh\(id).".utf8) + secret }
}
