// An authorization as the API shows it, member by member in the real server's order.

import JSON
import Authorizations
import Formats

/// Fills in the names of what is there; what is gone from the directory is shown with empty names.
struct AuthorizationJSON {
  let directory: Directory
  /// Whether to show what the published shape has not.
  var isExtended = false
  let lastUses: LastUses
  let previousUses: LastUses

  func write(_ authorization: Authorization, to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", authorization.id.description)
      $0.member("token", authorization.token)
      $0.member("status", authorization.status.rawValue)
      $0.member("description", authorization.description)
      $0.member("orgID", authorization.organizationID.description)
      $0.member("org", directory.organization(authorization.organizationID)?.name ?? "")
      $0.member("userID", authorization.userID.description)
      $0.member("user", directory.user(authorization.userID)?.name ?? "")
      $0.member(
        "permissions",
        array: { array in
          for permission in authorization.permissions { write(permission, to: &array) }
        })
      $0.member(
        "links",
        object: { links in
          links.member("self", "/private/legacy/authorizations/\(authorization.id)")
          links.member("user", "/api/v2/users/\(authorization.userID)")
        })
      $0.member("createdAt", Timestamp(nanoseconds: authorization.createdAt).rfc3339)
      $0.member("updatedAt", Timestamp(nanoseconds: authorization.updatedAt).rfc3339)
      guard isExtended else { return }
      $0.member("lastUsedAt", lastUses.time(of: authorization.id).map { Timestamp(nanoseconds: $0).rfc3339 })
      $0.member("expiresAt", authorization.expiresAt.map { Timestamp(nanoseconds: $0).rfc3339 })
      $0.member(
        "previousPasswordExpiresAt", authorization.previousPassword.map { Timestamp(nanoseconds: $0.expiresAt).rfc3339 }
      )
      $0.member(
        "previousPasswordLastUsedAt",
        authorization.previousPassword.flatMap { _ in
          previousUses.time(of: authorization.id).map { Timestamp(nanoseconds: $0).rfc3339 }
        })
    }
  }

  private func write(_ permission: Permission, to writer: inout JSONWriter) {
    let resource = permission.resource
    let names = names(of: resource)
    writer.object {
      $0.member("action", permission.action.rawValue)
      $0.member(
        "resource",
        object: { shown in
          shown.member("type", resource.type.rawValue)
          if let id = resource.id { shown.member("id", id.description) }
          if let organization = resource.organizationID { shown.member("orgID", organization.description) }
          if let name = names.object { shown.member("name", name) }
          if let organization = names.organization { shown.member("org", organization) }
        })
    }
  }

  /// If the object with the identifier is gone, the organization's name is left out as well, as on the real server.
  private func names(of resource: Resource) -> (object: String?, organization: String?) {
    let organization = resource.organizationID.flatMap { directory.organization($0)?.name }
    guard let id = resource.id else { return (resource.name, organization) }
    let name: String? =
      switch resource.type {
      case .buckets: directory.bucket(id)?.name
      case .orgs: directory.organization(id)?.name
      case .users: directory.user(id)?.name
      default: nil
      }
    let isNamed = [.buckets, .orgs, .users].contains(resource.type)
    return isNamed && name == nil ? (nil, nil) : (name, organization)
  }
}
