// What is kept of an API token in the configuration file: `ghsha512$ID$SALT$DIGEST`.

/// As `gatehouse token hash` prints it, all in hexadecimal digits of lower case.
public struct TokenHash: Sendable, Equatable, CustomStringConvertible {
  public let id: Identifier
  /// 16 bytes.
  public let salt: [UInt8]
  /// 64 bytes.
  public let digest: [UInt8]

  private static let scheme = "ghsha512"

  public init(id: Identifier, salt: [UInt8], digest: [UInt8]) {
    self.id = id
    self.salt = salt
    self.digest = digest
  }

  /// nil for a text that is no whole hash.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].elementsEqual(Self.scheme.utf8), parts[1].count == 16,
      let number = Hexadecimal.value(ofLowercase: parts[1]), let id = Identifier(number),
      let salt = Hexadecimal.bytes(ofLowercase: parts[2]), salt.count == 16,
      let digest = Hexadecimal.bytes(ofLowercase: parts[3]), digest.count == 64
    else { return nil }
    self.init(id: id, salt: salt, digest: digest)
  }

  public var description: String {
    "\(Self.scheme)$\(id)$\(Hexadecimal.text(of: salt))$\(Hexadecimal.text(of: digest))"
  }
}
