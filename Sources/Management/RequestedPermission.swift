// A permission that somebody wants to hand out: as it will be kept, and what must be held to hand it out.

import Authorizations
import Formats

struct RequestedPermission {
  var kept: Permission
  /// As the real server compares it.
  var needed: Permission
  /// What it would reach: of an organization even where it names none.
  var reached: Permission

  /// A bucket's name becomes its identifier now; `db/*` stays, so that it covers what is made later. Both are of the
  /// request's organization where the permission names none.
  init(_ permission: Permission, in organizationID: Identifier, _ directory: Directory) {
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
    self.kept = kept
    self.needed = needed
    self.reached = reached
  }

  /// Whether what it names is there and the organization's own.
  func isReachable(in organizationID: Identifier, _ directory: Directory) -> Bool {
    let resource = kept.resource
    guard resource.type == .buckets else { return true }
    if let id = resource.id {
      guard let bucket = directory.bucket(id) else { return false }
      // Another organization's bucket: out of reach, and its name is not the caller's to learn.
      return bucket.organizationID == resource.organizationID ?? organizationID
    }
    return resource.name.map(BucketName.isPattern) ?? true
  }
}
