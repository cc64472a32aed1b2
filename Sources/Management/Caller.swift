// Who asks the management API, and what it may do.

import Authorizations
import Formats

struct Caller {
  let token: APIToken
  let directory: Directory

  func may(_ needed: Permission) -> Bool { token.permissions.cover(needed) }

  /// A failed test is a 401, not a 403, on the real server.
  func demand(_ action: Action, _ resource: Resource) throws(ManagementError) {
    let needed = Permission(action, resource)
    guard may(needed) else { throw ManagementError(.unauthorized, "\(needed) is unauthorized") }
  }

  /// Compared with the user's organization as well, so that a token that manages the users of one organization can be
  /// made; the real server knows only "this user" and "every user".
  func may(_ action: Action, user id: Identifier) -> Bool {
    let organization = directory.user(id)?.organizationID
    return may(Permission(action, Resource(type: .users, id: id, organizationID: organization)))
  }

  func demand(_ action: Action, user id: Identifier) throws(ManagementError) {
    guard may(action, user: id) else {
      let needed = Permission(action, Resource(type: .users, id: id))
      throw ManagementError(.unauthorized, "\(needed) is unauthorized")
    }
  }

  /// As with users: a permission on the organizations of an organization is one on itself.
  func may(_ action: Action, organization id: Identifier) -> Bool {
    may(Permission(action, Resource(type: .orgs, id: id, organizationID: id)))
  }

  func demand(_ action: Action, organization id: Identifier) throws(ManagementError) {
    guard may(action, organization: id) else {
      let needed = Permission(action, Resource(type: .orgs, id: id))
      throw ManagementError(.unauthorized, "\(needed) is unauthorized")
    }
  }

  func mayRead(_ authorization: Authorization) -> Bool {
    may(Permission(.read, .of(authorization))) && may(.read, user: authorization.userID)
  }

  func demandRead(_ authorization: Authorization) throws(ManagementError) {
    try demand(.read, .of(authorization))
    try demand(.read, user: authorization.userID)
  }

  func demandWrite(_ authorization: Authorization) throws(ManagementError) {
    try demand(.write, .of(authorization))
    try demand(.write, user: authorization.userID)
  }

  func mayRead(_ bucket: Bucket) -> Bool { may(Permission(.read, .of(bucket))) }
}

extension Resource {
  static func of(_ authorization: Authorization) -> Resource {
    Resource(type: .authorizations, id: authorization.id, organizationID: authorization.organizationID)
  }

  /// With the name, which permissions by name are compared with.
  static func of(_ bucket: Bucket) -> Resource {
    Resource(type: .buckets, id: bucket.id, organizationID: bucket.organizationID, name: bucket.name)
  }
}
