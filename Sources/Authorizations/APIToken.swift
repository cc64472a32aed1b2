// An API token of gatehouse: 256 random bits shown once, of which only a salted digest is kept.

public import Formats

/// A credential for the management API, accepted on the data paths as well.
///
/// Its text is `gh` + 16 digits of the identifier + `.` + 43 characters of base64url (256 random bits), so that it is
/// found by identifier and compared with one digest.
public struct APIToken: Sendable, Hashable, Identifiable {
  public let id: Identifier
  /// 16 random bytes.
  public var salt: [UInt8]
  /// SHA-512 over the salt followed by the whole text of the token.
  public var digest: [UInt8]
  public var status: Status
  public var description: String
  public var organizationID: Identifier
  public var userID: Identifier
  public var permissions: [Permission]
  /// From when on it is refused, nanoseconds since 1970; nil for never.
  public var expiresAt: Int64?
  public var revision: UInt64
  public var createdAt: Int64
  public var updatedAt: Int64
  public var origin: Origin

  public init(
    id: Identifier, salt: [UInt8], digest: [UInt8], status: Status = .active, description: String = "",
    organizationID: Identifier, userID: Identifier, permissions: [Permission], expiresAt: Int64? = nil,
    revision: UInt64 = 1, createdAt: Int64, updatedAt: Int64, origin: Origin = .stored
  ) {
    self.id = id
    self.salt = salt
    self.digest = digest
    self.status = status
    self.description = description
    self.organizationID = organizationID
    self.userID = userID
    self.permissions = permissions
    self.expiresAt = expiresAt
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.origin = origin
  }

  /// Whether it is let in at `time`, nanoseconds since 1970.
  public func isActive(at time: Int64) -> Bool { status.isActive(at: time, until: expiresAt) }
}
