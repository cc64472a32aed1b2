// Making a login: the checks of InfluxDB 2.9.1 in its order (recorded), and ours after them.

import Authorizations
import Formats
import Threading

extension AuthorizationOperations {
  /// The longest description, bytes.
  static let longestDescription = 65_536
  /// The longest v1 user name, bytes: the real server's store takes no longer key.
  private static let longestName = 32_768

  func create(_ login: NewLogin, _ account: inout OperationAccount) throws(ManagementError) -> Authorization {
    try checkTexts(login)
    let (caller, directory) = (account.caller, directory.value)
    // Asked now, an empty directory would say that nothing exists.
    guard !directory.organizations.isEmpty else {
      throw ManagementError(.unavailable, "the directory is not loaded yet")
    }
    guard directory.user(caller.token.userID) != nil else { throw .unableToCreate }
    let organizationID = login.organizationID
    let userID = login.userID ?? caller.token.userID
    try caller.demand(.write, Resource(type: .authorizations, organizationID: organizationID))
    try caller.demand(.write, user: userID)

    let permissions = login.permissions.map { RequestedPermission($0, in: organizationID, directory) }
    try checkPermissions(permissions, caller, organizationID)
    guard directory.user(userID) != nil, directory.organization(organizationID) != nil else {
      throw .unableToCreate
    }
    guard registry.snapshot.authorization(named: login.name) == nil else { throw .tokenExists }
    try checkObjects(permissions, login.mustExist, organizationID, directory)
    let author = account.author
    let made = try change { () throws(ChangeError) in
      try registry.createAuthorization(by: author) { id, time in
        Authorization(
          id: id, token: login.name, status: login.status, description: login.description,
          organizationID: organizationID, userID: userID, permissions: permissions.map(\.kept),
          expiresAt: login.expiresAt, createdAt: time, updatedAt: time)
      }
    }
    return made
  }

  private func checkTexts(_ login: NewLogin) throws(ManagementError) {
    guard !login.name.isEmpty else {
      throw ManagementError(.invalid, "token required for v1 user authorization type")
    }
    let isPrintable = login.name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPrintable, login.name.utf8.count <= Self.longestName else {
      throw ManagementError(
        .invalid, "token must not contain control characters or be longer than \(Self.longestName) bytes")
    }
    try checkDescription(login.description)
  }

  private func checkPermissions(
    _ permissions: [RequestedPermission], _ caller: Caller, _ organizationID: Identifier
  ) throws(ManagementError) {
    for permission in permissions where !(caller.may(permission.needed) && caller.may(permission.reached)) {
      throw ManagementError(
        .forbidden, "permission \(permission.kept) is not allowed: \(permission.kept) is unauthorized")
    }
    for permission in permissions where permission.kept.resource.type == .instance {
      throw ManagementError(
        .forbidden, "permission \(permission.kept) is not allowed: \(permission.kept) is unauthorized")
    }
    for permission in permissions {
      guard let other = permission.kept.resource.organizationID, other != organizationID else { continue }
      throw ManagementError(.invalid, "permission \(permission.kept) is not for org id \(organizationID)")
    }
  }

  /// What a permission names must be there, as far as it is demanded.
  private func checkObjects(
    _ permissions: [RequestedPermission], _ demanded: NewLogin.Existence, _ organizationID: Identifier,
    _ directory: Directory
  ) throws(ManagementError) {
    for permission in permissions {
      let resource = permission.kept.resource
      if demanded == .nothingNamed, resource.type == .buckets, resource.id == nil { continue }
      guard permission.isReachable(in: organizationID, directory) else {
        throw ManagementError(.notFound, "bucket not found when creating auth")
      }
      guard demanded != .buckets, let name = resource.name, BucketName.isPattern(name) else { continue }
      guard directory.holds(resource) else {
        throw ManagementError(.notFound, "database \"\(name.dropLast(2))\" not found when creating auth")
      }
    }
  }
}
