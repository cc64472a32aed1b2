// Whether the directory holds what a permission is about.

import Formats

extension Directory {
  /// Whether some bucket, or some database and policy, is what a resource means; true for every other type, and for a
  /// resource that means all of them.
  public func holds(_ resource: Resource) -> Bool {
    guard resource.type == .buckets else { return true }
    if let id = resource.id { return bucket(id) != nil }
    guard resource.name != nil else { return true }
    let held = Permission(.read, resource)
    func isMeant(_ name: String, _ id: Identifier, _ organizationID: Identifier) -> Bool {
      held.covers(Permission(.read, Resource(type: .buckets, id: id, organizationID: organizationID, name: name)))
    }
    return buckets.contains { isMeant($0.name, $0.id, $0.organizationID) }
      || mappings.contains { isMeant("\($0.database)/\($0.retentionPolicy)", $0.bucketID, $0.organizationID) }
  }
}
