// Who asks the management API, and what it may do.

import Authorizations

struct Caller {
  let token: APIToken

  func may(_ needed: Permission) -> Bool { token.permissions.cover(needed) }

  /// A failed test is a 401, not a 403, on the real server.
  func demand(_ action: Action, _ resource: Resource) throws(ManagementError) {
    let needed = Permission(action, resource)
    guard may(needed) else { throw ManagementError(.unauthorized, "\(needed) is unauthorized") }
  }

  func mayRead(_ authorization: Authorization) -> Bool {
    may(Permission(.read, .of(authorization))) && may(Permission(.read, .user(authorization.userID)))
  }

  func demandRead(_ authorization: Authorization) throws(ManagementError) {
    try demand(.read, .of(authorization))
    try demand(.read, .user(authorization.userID))
  }

  func demandWrite(_ authorization: Authorization) throws(ManagementError) {
    try demand(.write, .of(authorization))
    try demand(.write, .user(authorization.userID))
  }

  func mayRead(_ bucket: Bucket) -> Bool { may(Permission(.read, .of(bucket))) }
}

extension Resource {
  static func of(_ authorization: Authorization) -> Resource {
    Resource(type: .authorizations, id: authorization.id, organizationID: authorization.organizationID)
  }

  static func user(_ id: Identifier) -> Resource { Resource(type: .users, id: id) }

  static func organization(_ id: Identifier) -> Resource { Resource(type: .orgs, id: id) }

  /// With the name, which permissions by name are compared with.
  static func of(_ bucket: Bucket) -> Resource {
    Resource(type: .buckets, id: bucket.id, organizationID: bucket.organizationID, name: bucket.name)
  }
}
