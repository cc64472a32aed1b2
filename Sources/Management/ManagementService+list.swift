// GET of authorizations: all that the filters leave and the caller may read, and one by its identifier.

import JSON
import Authorizations
import Formats
import ManagementAPI

extension ManagementService {
  /// Every filter really filters, which the real server's `user`, `org` and `authID` do not.
  func list(_ request: ManagementCall, _ caller: Caller) throws(ManagementError) -> ManagementAnswer {
    // In the real server's order, so that of several malformed ones the same is reported.
    let userID = try request.identifier("userID")
    let organizationID = try request.identifier("orgID")
    let id = try request.identifier("id")
    let authorizationID = try request.identifier("authID")
    let name = request.parameter("token")
    // Beyond the real server, where a script that asks for the inactive ones is shown, and deletes, all.
    let range = try ListRange(request)
    let status = request.parameter("status").map { Status(rawValue: $0) }
    if case .some(nil) = status { throw ManagementError(.invalid, "unknown authorization status") }
    let isLookup = id != nil || authorizationID != nil || name != nil

    let found = isLookup ? lookUp([id, authorizationID].compactMap { $0 }, name) : nil
    if isLookup, found == nil { throw .authorizationNotFound }
    var filter = AuthorizationFilter(userID: userID, organizationID: organizationID, status: status ?? nil)
    if let user = request.parameter("user") { filter.owners = try directory.users(named: user) }
    if let organization = request.parameter("org") {
      filter.otherOrganizationID = try directory.organization(named: organization).id
    }
    if let found, !filter.admits(found) { throw .authorizationNotFound }
    let snapshot = registry.snapshot
    return .list(
      ListedBody(
        AuthorizationList(
          snapshot: snapshot, found: found, filter: filter, range: range, caller: caller,
          shown: json(request)),
        prefix: "{\"links\":{\"self\":\"/private/legacy/authorizations\"},\"authorizations\":[", suffix: "]}"),
      perform: perform)
  }

  /// The one authorization that all of these mean, or none.
  private func lookUp(_ ids: [Identifier], _ name: String?) -> Authorization? {
    let snapshot = registry.snapshot
    let candidate = ids.first.map { snapshot.authorizations[$0] } ?? name.flatMap { snapshot.authorization(named: $0) }
    guard let candidate, ids.allSatisfy({ $0 == candidate.id }) else { return nil }
    if let name, !candidate.token.utf8.elementsEqual(name.utf8) { return nil }
    return candidate
  }

  func show(
    _ id: String, _ request: ManagementCall, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let authorization = try operations.authorization(Identifier(managed: id))
    try caller.demandRead(authorization)
    return shown(200, authorization, request)
  }

  func shown(
    _ status: Int, _ authorization: Authorization, _ request: ManagementCall
  ) -> ManagementAnswer {
    var writer = JSONWriter()
    json(request).write(authorization, to: &writer)
    return .json(status, writer)
  }
}
