// An API token kept in the configuration file: known like a stored one, and never changed.

public import Formats

/// What `[[token]]` says, as plain values.
public struct DeclaredToken: Sendable, Hashable {
  public var id: Identifier
  public var salt: [UInt8]
  public var digest: [UInt8]
  public var status: Status
  public var description: String
  /// From when on it is refused, nanoseconds since 1970; nil for never.
  public var expiresAt: Int64?
  /// nil for the directory's first.
  public var organization: String?
  /// nil for the organization's first.
  public var user: String?
  /// nil for an operator's.
  public var permissions: [String]?

  public init(
    id: Identifier, salt: [UInt8], digest: [UInt8], status: Status = .active, description: String = "",
    expiresAt: Int64? = nil, organization: String? = nil, user: String? = nil, permissions: [String]? = nil
  ) {
    self.id = id
    self.salt = salt
    self.digest = digest
    self.status = status
    self.description = description
    self.expiresAt = expiresAt
    self.organization = organization
    self.user = user
    self.permissions = permissions
  }

  /// The token, with the names in it found in `directory`.
  ///
  /// - Parameter loadedAt: nanoseconds since 1970, shown as the time of creation and change.
  public func token(in directory: Directory, loadedAt: Int64) throws(NameProblem) -> APIToken {
    let organization = try directory.organization(named: organization)
    let user = try directory.user(named: user, in: organization)
    var granted = permissions == nil ? [Permission].operatorPermissions : []
    for text in permissions ?? [] {
      granted.append(try PermissionText(describing: text).permission(in: organization.id, directory))
    }
    return APIToken(
      id: id, salt: salt, digest: digest, status: status, description: description, organizationID: organization.id,
      userID: user.id, permissions: granted, expiresAt: expiresAt, createdAt: loadedAt, updatedAt: loadedAt,
      origin: .declared)
  }
}

extension Directory {
  /// nil for the first.
  public func organization(named name: String?) throws(NameProblem) -> Organization {
    let found = organizations.first { name == nil || $0.name.utf8.elementsEqual((name ?? "").utf8) }
    guard let found else {
      throw NameProblem(
        name.map { "there is no organization '\($0)'" } ?? "the directory has no organization")
    }
    return found
  }

  /// nil for the organization's first.
  public func user(named name: String?, in organization: Organization) throws(NameProblem) -> User {
    let found = users.first {
      $0.organizationID == organization.id && (name == nil || $0.name.utf8.elementsEqual((name ?? "").utf8))
    }
    guard let found else {
      throw NameProblem(
        "organization '\(organization.name)' has no user\(name.map { " '\($0)'" } ?? "")")
    }
    return found
  }
}
