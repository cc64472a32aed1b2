// The directory in front of InfluxDB 1.x: one organization, one user, and a bucket for every retention policy.

public import Formats

/// What `SHOW DATABASES` and `SHOW RETENTION POLICIES` say of one database.
public struct InfluxDB1Database: Sendable, Hashable {
  public struct RetentionPolicy: Sendable, Hashable {
    public var name: String
    public var isDefault: Bool

    public init(name: String, isDefault: Bool) {
      self.name = name
      self.isDefault = isDefault
    }
  }

  public var name: String
  public var retentionPolicies: [RetentionPolicy]

  public init(name: String, retentionPolicies: [RetentionPolicy]) {
    self.name = name
    self.retentionPolicies = retentionPolicies
  }
}

/// Allots identifiers for all names of a kind, in their order: `AuthorizationStore.allot`.
public typealias IdentifierSource = (_ names: [String], _ kind: String) throws(StoreError) -> [Identifier]

extension Directory {
  /// Each policy is a bucket `db/rp` with one mapping, which has an identifier of its own as a physical mapping of the
  /// real server has.
  ///
  /// A database whose name is empty or holds `/`, which InfluxDB does not make, is left out: its buckets could be
  /// taken for another database's.
  public static func influxDB1(
    organization: String, user: String, databases: [InfluxDB1Database], identifiers: IdentifierSource
  ) throws(StoreError) -> Directory {
    guard let owner = try owner(organization: organization, user: user, identifiers: identifiers) else {
      return .empty
    }
    let (organizationID, userID) = owner
    var policies: [(database: String, policy: InfluxDB1Database.RetentionPolicy)] = []
    for database in databases
    where !database.name.isEmpty && !database.name.utf8.contains(UInt8(ascii: "/")) {
      policies += database.retentionPolicies.filter { !$0.name.isEmpty }.map { (database.name, $0) }
    }
    let names = policies.map { "\($0.database)/\($0.policy.name)" }
    let ids = try identifiers(names, "bucket/\(organizationID)")
    let buckets = zip(ids, names).map { Bucket(id: $0, name: $1, organizationID: organizationID) }
    let mappingIDs = try identifiers(names, "mapping/\(organizationID)")
    let mappings = zip(zip(mappingIDs, ids), policies).map { id, entry in
      Mapping(
        id: id.0, organizationID: organizationID, database: entry.database, retentionPolicy: entry.policy.name,
        bucketID: id.1, isDefault: entry.policy.isDefault)
    }
    return Directory(
      organizations: [Organization(id: organizationID, name: organization)],
      users: [User(id: userID, name: user, organizationID: organizationID)], buckets: buckets, mappings: mappings)
  }
  /// The one organization and user in front of 1.x, known before the upstream was ever asked; nil where the store gives
  /// no identifiers.
  public static func owner(
    organization: String, user: String, identifiers: IdentifierSource
  ) throws(StoreError) -> (organization: Identifier, user: Identifier)? {
    guard let organizationID = try identifiers([organization], "organization").first,
      let userID = try identifiers([user], "user/\(organizationID)").first
    else { return nil }
    return (organizationID, userID)
  }
}
