// What is needed, under every name by which a permission may mean it: the one comparison of the two.

public import Formats

/// An action on something, to be compared with the permissions that somebody holds.
///
/// The rules are InfluxDB's (an instance's permission covers all of its action; a type without more covers every resource
/// of it; then organization, identifier, name), and stricter in one: where both sides name an organization, they must
/// agree. A bucket's names are compared as bytes.
public struct PermissionMatch: Sendable {
  /// The names of what is needed. What is unknown is nil, and is then covered by no permission that names it.
  public enum Names: Sendable {
    /// As another permission says it. A pattern `db/*` compares with its database, the part before the first `/`.
    case said(String?)
    /// Of a bucket that data are to reach. It has its own name, and the database and policy of the mapping that leads to
    /// it: `db/*` means the *mapping's* database, so that an alias grants what the alias says and no more.
    case reached(bucket: String?, database: String?, retentionPolicy: String?)
  }

  private let action: Action
  private let type: ResourceType
  private let organization: Identifier?
  private let id: Identifier?
  private let names: Names

  /// What another permission would permit.
  public init(_ needed: Permission) {
    action = needed.action
    type = needed.resource.type
    organization = needed.resource.organizationID
    id = needed.resource.id
    names = .said(needed.resource.name)
  }

  /// A bucket that data are to reach.
  public init(
    _ action: Action, bucketOf organization: Identifier, id: Identifier? = nil, bucketName: String? = nil,
    database: String? = nil, retentionPolicy: String? = nil
  ) {
    self.action = action
    type = .buckets
    self.organization = organization
    self.id = id
    names = .reached(bucket: bucketName, database: database, retentionPolicy: retentionPolicy)
  }

  public func isMet(by permissions: some Sequence<Permission>) -> Bool { permissions.contains { isMet(by: $0) } }

  public func isMet(by held: Permission) -> Bool {
    guard held.action == action else { return false }
    let resource = held.resource
    if resource.type == .instance { return true }
    guard resource.type == type else { return false }
    if let scope = resource.organizationID, scope != organization {
      // What has no organization of its own may still be named by its identifier, or its name.
      guard organization == nil, resource.id != nil || resource.name != nil else { return false }
    }
    if let known = resource.id { return id == known }
    return resource.name.map(isNamed) ?? true
  }

  private func isNamed(_ name: String) -> Bool {
    switch names {
    case .said(let said): return said.map { BucketName.pattern(name, matches: $0) } ?? false
    case .reached(let bucket, let database, let retentionPolicy):
      if let bucket, bucket.utf8.elementsEqual(name.utf8) { return true }
      guard let database, let policy = Self.policy(named: name, of: database) else { return false }
      if policy.elementsEqual("*".utf8) { return true }
      return retentionPolicy.map { policy.elementsEqual($0.utf8) } ?? false
    }
  }

  /// Whether it could be met by one of these, whatever the directory came to know of it.
  ///
  /// - Parameter throughAnyMapping: whether a mapping of these names may lead to any bucket, as in 2.x.
  public func couldBeMet(by permissions: some Sequence<Permission>, throughAnyMapping: Bool) -> Bool {
    permissions.contains { held in
      if isMet(by: held) { return true }
      guard held.action == action, held.resource.type == type, case .reached(_, let database, let policy) = names,
        held.resource.organizationID ?? organization == organization
      else { return false }
      guard let name = held.resource.name, held.resource.id == nil else { return throughAnyMapping }
      if throughAnyMapping, !BucketName.isPattern(name) { return true }
      // The default policy may be any.
      return policy == nil && database.map { Self.policy(named: name, of: $0) != nil } ?? false
    }
  }

  /// The part of a permission's name behind `database/`; nil where it names another database.
  private static func policy(named name: String, of database: String) -> Substring.UTF8View? {
    guard name.utf8.starts(with: database.utf8) else { return nil }
    let rest = name.utf8.dropFirst(database.utf8.count)
    return rest.first == UInt8(ascii: "/") ? rest.dropFirst() : nil
  }
}
