// GET of authorizations: all that the filters leave and the caller may read, and one by its identifier.

import JSON
import Authorizations

extension ManagementService {
  /// Every filter really filters, which the real server's `user`, `org` and `authID` do not.
  func list(_ request: ManagementRequest, _ caller: Caller) throws(ManagementError) -> ManagementResponse {
    // In the real server's order, so that of several malformed ones the same is reported.
    let userID = try parameter("userID", of: request)
    let organizationID = try parameter("orgID", of: request)
    let id = try parameter("id", of: request)
    let authorizationID = try parameter("authID", of: request)
    let name = request.parameter("token")
    let isLookup = id != nil || authorizationID != nil || name != nil

    var found = isLookup ? lookUp([id, authorizationID].compactMap { $0 }, name) : registry.snapshot.inOrder
    if isLookup, found.isEmpty { throw .authorizationNotFound }
    if let user = request.parameter("user") {
      let owners = try users(named: user)
      found.removeAll { !owners.contains($0.userID) }
    }
    if let organization = request.parameter("org") {
      let wanted = try self.organization(named: organization)
      found.removeAll { $0.organizationID != wanted.id }
    }
    if let userID { found.removeAll { $0.userID != userID } }
    if let organizationID { found.removeAll { $0.organizationID != organizationID } }
    if isLookup, found.isEmpty { throw .authorizationNotFound }

    let shown = AuthorizationJSON(directory: directory.value, isExtended: request.wantsExtensions)
    var writer = JSONWriter()
    writer.object {
      $0.member("links", object: { $0.member("self", "/private/legacy/authorizations") })
      $0.member(
        "authorizations",
        array: { array in
          for authorization in found where caller.mayRead(authorization) { shown.write(authorization, to: &array) }
        })
    }
    return .json(200, writer)
  }

  /// The one authorization that all of these mean, or none.
  private func lookUp(_ ids: [Identifier], _ name: String?) -> [Authorization] {
    let snapshot = registry.snapshot
    let candidate = ids.first.map { snapshot.authorizations[$0] } ?? name.flatMap { snapshot.authorization(named: $0) }
    guard let candidate, ids.allSatisfy({ $0 == candidate.id }) else { return [] }
    if let name, !candidate.token.utf8.elementsEqual(name.utf8) { return [] }
    return [candidate]
  }

  func show(
    _ id: String, _ request: ManagementRequest, _ caller: Caller
  ) throws(ManagementError) -> ManagementResponse {
    let authorization = try authorization(id)
    try caller.demandRead(authorization)
    return shown(200, authorization, request)
  }

  /// Existence is tested before permission, as on the real server: identifiers are no secret.
  func authorization(_ id: String) throws(ManagementError) -> Authorization {
    guard let found = registry.snapshot.authorizations[try identifier(id)] else { throw .authorizationNotFound }
    return found
  }

  func shown(
    _ status: Int, _ authorization: Authorization, _ request: ManagementRequest
  ) -> ManagementResponse {
    var writer = JSONWriter()
    AuthorizationJSON(directory: directory.value, isExtended: request.wantsExtensions).write(authorization, to: &writer)
    return .json(status, writer)
  }

  func parameter(_ name: String, of request: ManagementRequest) throws(ManagementError) -> Identifier? {
    guard let text = request.parameter(name) else { return nil }
    return try identifier(text)
  }
}

extension AuthorizationSnapshot {
  /// By ascending identifier.
  var inOrder: [Authorization] { authorizations.values.sorted { $0.id < $1.id } }
}
