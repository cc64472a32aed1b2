// A bucket that a request needs, under all the names by which a permission may mean it.

import Authorizations
import Formats

/// What is unknown is nil, and is then covered by no permission that names it.
struct NeededBucket {
  let organization: Identifier
  var id: Identifier?
  var bucketName: String?
  var database: String?
  var retentionPolicy: String?

  init(
    organization: Identifier, id: Identifier? = nil, bucketName: String? = nil, database: String? = nil,
    retentionPolicy: String? = nil
  ) {
    self.organization = organization
    self.id = id
    self.bucketName = bucketName
    self.database = database
    self.retentionPolicy = retentionPolicy
  }

  /// Whether any of `permissions` covers `action` on this bucket.
  ///
  /// A permission with a name is compared here, because a bucket that is reached through a mapping has the mapping's
  /// database and policy for a name as well as its own: `db/*` means the *mapping's* database, so that an alias grants
  /// what the alias says and no more.
  func isPermitted(_ action: Action, by permissions: [Permission]) -> Bool {
    permissions.contains { held in
      guard held.resource.id == nil, let name = held.resource.name, held.resource.type == .buckets else {
        return held.covers(Permission(action, Resource(type: .buckets, id: id, organizationID: organization)))
      }
      guard held.action == action else { return false }
      if let scope = held.resource.organizationID, scope != organization { return false }
      return isNamed(name.utf8)
    }
  }

  private func isNamed(_ name: String.UTF8View) -> Bool {
    if let bucketName, bucketName.utf8.elementsEqual(name) { return true }
    guard let database, name.starts(with: database.utf8) else { return false }
    let rest = name.dropFirst(database.utf8.count)
    guard rest.first == UInt8(ascii: "/") else { return false }
    let policy = rest.dropFirst()
    if policy.elementsEqual("*".utf8) { return true }
    return retentionPolicy.map { policy.elementsEqual($0.utf8) } ?? false
  }
}
