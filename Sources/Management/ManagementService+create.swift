// POST of an authorization: what its body says.

import Authorizations
import Formats
import ManagementAPI

extension ManagementService {
  func create(_ exchange: inout ManagementExchange, _ caller: Caller) throws(ManagementError) -> ManagementAnswer {
    let request = exchange.request
    var body = try CreateBody(request.body)
    if !request.wantsExtensions, body.expiresAt.isSaid { body.ignored.note("expiresAt") }
    exchange.ignored = body.ignored
    let permissions = try readPermissions(body.permissions)
    guard let organizationID = body.organizationID else {
      throw ManagementError(.invalid, "org id required: invalid ID")
    }
    let status = try readStatus(body.status)
    let expiresAt = request.wantsExtensions ? try body.expiresAt.read() : nil
    let mustExist: NewLogin.Existence =
      if !request.wantsExtensions { .buckets } else if request.allowsMissing { .nothingNamed } else { .databases }
    let made = try exchange.account(of: caller) { (account) throws(ManagementError) in
      try operations.create(
        NewLogin(
          name: body.token, status: status, description: body.description, organizationID: organizationID,
          userID: body.userID, permissions: permissions, expiresAt: expiresAt ?? nil, mustExist: mustExist), &account)
    }
    return shown(201, made, request)
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
}
