// POST of an authorization: the checks of the real server in its order (`legacy-api.md` §6), and ours after them.

import Authorizations
import Formats
import ManagementAPI
import Threading

extension ManagementService {
  /// The longest description, bytes.
  static let longestDescription = 65_536
  /// The longest v1 user name, bytes: the real server's store takes no longer key.
  private static let longestName = 32_768

  func create(
    _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    var body = try CreateBody(exchange.request.body)
    if !exchange.request.wantsExtensions, body.expiresAt.isSaid { body.ignored.note("expiresAt") }
    exchange.ignored = body.ignored
    let requested = try readPermissions(body.permissions)
    guard let organizationID = body.organizationID else {
      throw ManagementError(.invalid, "org id required: invalid ID")
    }
    let status = try readStatus(body.status)
    let expiresAt = exchange.request.wantsExtensions ? try body.expiresAt.read() : nil
    try checkTexts(body)

    let directory = directory.value
    // Asked now, an empty directory would say that nothing exists.
    guard !directory.organizations.isEmpty else {
      throw ManagementError(.unavailable, "the directory is not loaded yet")
    }
    guard directory.user(caller.token.userID) != nil else { throw .unableToCreate }
    let userID = body.userID ?? caller.token.userID
    try caller.demand(.write, Resource(type: .authorizations, organizationID: organizationID))
    try caller.demand(.write, user: userID)

    let permissions = requested.map { resolved($0, in: organizationID, directory) }
    try checkPermissions(permissions, caller, organizationID)
    guard directory.user(userID) != nil, directory.organization(organizationID) != nil else {
      throw .unableToCreate
    }
    guard registry.snapshot.authorization(named: body.token) == nil else { throw .tokenExists }
    try checkObjects(permissions, exchange.request, organizationID, directory)
    let author = exchange.author(caller)
    let made = try change { () throws(ChangeError) in
      try registry.createAuthorization(by: author) { id, time in
        Authorization(
          id: id, token: body.token, status: status, description: body.description, organizationID: organizationID,
          userID: userID, permissions: permissions.map(\.kept), expiresAt: expiresAt ?? nil, createdAt: time,
          updatedAt: time)
      }
    }
    exchange.record.after = AuditRecord.State(made)
    return shown(201, made, exchange.request)
  }

  /// A permission that is asked for: as it will be kept, and as it is compared with what the caller holds.
  private struct Requested {
    var kept: Permission
    /// As the real server compares it.
    var needed: Permission
    /// What it would reach: of an organization even where it names none.
    var reached: Permission
  }

  private func readPermissions(_ bodies: [PermissionBody]) throws(ManagementError) -> [Permission] {
    guard !bodies.isEmpty else { throw ManagementError(.invalid, "authorization must include permissions") }
    var permissions: [Permission] = []
    for body in bodies {
      guard let type = ResourceType(rawValue: body.type) else {
        throw ManagementError(
          .invalid, "invalid resource type for permission: unknown resource type for permission")
      }
      guard let action = Action(rawValue: body.action) else {
        throw ManagementError(.invalid, "invalid action type for permission: unknown action for permission")
      }
      // Beside an identifier a name has no meaning, as recorded. Without one it says what is meant: dropped, the
      // permission would cover everything of the type.
      let name = body.id == nil ? body.name : nil
      try checkName(name, of: type)
      permissions.append(
        Permission(action, Resource(type: type, id: body.id, organizationID: body.organizationID, name: name)))
    }
    return permissions
  }

  private func checkName(_ name: String?, of type: ResourceType) throws(ManagementError) {
    guard let name else { return }
    guard type == .buckets else {
      throw ManagementError(
        .invalid, "invalid resource for permission: \(type.rawValue) are named by their id, not by name")
    }
    guard !name.isEmpty else { throw ManagementError(.invalid, "invalid resource for permission: name is empty") }
    guard BucketName.canMatch(name) else {
      throw ManagementError(
        .invalid, "invalid resource for permission: \"\(name)\" is no DATABASE/* or DATABASE/POLICY")
    }
  }

  private func readStatus(_ text: String) throws(ManagementError) -> Status {
    if text.isEmpty { return .active }
    guard let status = Status(rawValue: text) else {
      throw ManagementError(.invalid, "invalid status: must be active or inactive")
    }
    return status
  }

  private func checkTexts(_ body: CreateBody) throws(ManagementError) {
    guard !body.token.isEmpty else {
      throw ManagementError(.invalid, "token required for v1 user authorization type")
    }
    let isPrintable = body.token.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPrintable, body.token.utf8.count <= Self.longestName else {
      throw ManagementError(
        .invalid, "token must not contain control characters or be longer than \(Self.longestName) bytes")
    }
    try checkDescription(body.description)
  }

  func checkDescription(_ text: String) throws(ManagementError) {
    guard text.utf8.count <= Self.longestDescription else {
      throw ManagementError(.invalid, "description must not be longer than \(Self.longestDescription) bytes")
    }
  }

  /// A bucket's name becomes its identifier now; `db/*` stays, so that it covers what is made later. Both are of the
  /// request's organization where the permission names none.
  private func resolved(
    _ permission: Permission, in organizationID: Identifier, _ directory: Directory
  ) -> Requested {
    var kept = permission
    if let name = permission.resource.name {
      let organization = permission.resource.organizationID ?? organizationID
      kept.resource.organizationID = organization
      if !BucketName.isPattern(name), let bucket = directory.bucket(named: name, in: organization) {
        kept.resource.id = bucket.id
        kept.resource.name = nil
      }
    }
    var needed = kept
    var reached = kept
    // Another organization's bucket is as one that does not exist: nobody learns its name by trying.
    if kept.resource.type == .buckets, let bucket = kept.resource.id.flatMap({ directory.bucket($0) }),
      bucket.organizationID == kept.resource.organizationID ?? organizationID
    {
      // The name from the directory, never the caller's word: what holds `db/*` may hand out a bucket of `db`.
      needed.resource.name = bucket.name
      reached.resource.name = bucket.name
      reached.resource.organizationID = bucket.organizationID
    }
    return Requested(kept: kept, needed: needed, reached: reached)
  }

  private func checkPermissions(
    _ permissions: [Requested], _ caller: Caller, _ organizationID: Identifier
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

  /// What a permission names must be there, as far as the published API says so. With the extensions a database must be
  /// too, or with `allowMissing=true` nothing that is named must: then the name is kept and means what is made later.
  private func checkObjects(
    _ permissions: [Requested], _ request: ManagementCall, _ organizationID: Identifier, _ directory: Directory
  ) throws(ManagementError) {
    let allowsMissing = request.wantsExtensions && request.allowsMissing
    for permission in permissions {
      let resource = permission.kept.resource
      if allowsMissing, resource.type == .buckets, resource.id == nil { continue }
      guard isReachable(permission, in: organizationID, directory) else {
        throw ManagementError(.notFound, "bucket not found when creating auth")
      }
      guard request.wantsExtensions, let name = resource.name, BucketName.isPattern(name) else { continue }
      guard directory.holds(resource) else {
        throw ManagementError(.notFound, "database \"\(name.dropLast(2))\" not found when creating auth")
      }
    }
  }

  private func isReachable(
    _ permission: Requested, in organizationID: Identifier, _ directory: Directory
  ) -> Bool {
    let resource = permission.kept.resource
    guard resource.type == .buckets else { return true }
    if let id = resource.id {
      guard let bucket = directory.bucket(id) else { return false }
      // Another organization's bucket: out of reach, and its name is not the caller's to learn.
      return bucket.organizationID == resource.organizationID ?? organizationID
    }
    return resource.name.map(BucketName.isPattern) ?? true
  }
}

extension ManagementError {
  static let unableToCreate = ManagementError(.invalid, "unable to create token")
  static let tokenExists = ManagementError(.conflict, "token already exists")
}
