// A v1 login kept in the configuration file: turned into an authorization that the API shows but never changes.

public import Formats

/// What `[[authorization]]` says, as plain values.
public struct DeclaredLogin: Sendable, Hashable {
  /// The v1 user name.
  public var name: String
  /// A crypt(3) hash.
  public var passwordHash: String
  public var status: Status
  public var description: String
  /// From when on nobody can log in, nanoseconds since 1970; nil for never.
  public var expiresAt: Int64?
  /// Databases, or `db/rp`.
  public var reads: [String]
  public var writes: [String]

  public init(
    name: String, passwordHash: String, status: Status = .active, description: String = "",
    expiresAt: Int64? = nil, reads: [String] = [], writes: [String] = []
  ) {
    self.name = name
    self.passwordHash = passwordHash
    self.status = status
    self.description = description
    self.expiresAt = expiresAt
    self.reads = reads
    self.writes = writes
  }

  /// Depends on the name alone. Its highest bit is set, which generated identifiers reach in 2086 at the earliest.
  public var id: Identifier {
    Identifier(nonzero: StableHash.value(of: name.utf8, domain: 1) | 1 << 63)
  }

  /// Permissions by name, so that they follow a database that is dropped and made again.
  public func permissions(in organizationID: Identifier) -> [Permission] {
    reads.map { Permission(.read, Self.resource($0, organizationID)) }
      + writes.map { Permission(.write, Self.resource($0, organizationID)) }
  }

  private static func resource(_ name: String, _ organizationID: Identifier) -> Resource {
    Resource(type: .buckets, organizationID: organizationID, name: BucketName(name)?.ofPermission ?? name)
  }

  /// `loadedAt`: nanoseconds since 1970, shown as the time of creation and change.
  public func authorization(organizationID: Identifier, userID: Identifier, loadedAt: Int64) -> Authorization {
    Authorization(
      id: id, token: name, status: status, description: description, organizationID: organizationID, userID: userID,
      permissions: permissions(in: organizationID), passwordHash: passwordHash, expiresAt: expiresAt,
      createdAt: loadedAt,
      updatedAt: loadedAt, origin: .declared)
  }
}
