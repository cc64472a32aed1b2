// The directory: the organizations, users, buckets and DBRP mappings that permissions speak of.

public import Formats

public struct Organization: Sendable, Hashable, Identifiable {
  public let id: Identifier
  public var name: String

  public init(id: Identifier, name: String) {
    self.id = id
    self.name = name
  }
}

public struct User: Sendable, Hashable, Identifiable {
  public let id: Identifier
  public var name: String
  public var organizationID: Identifier
  public var status: Status

  public init(id: Identifier, name: String, organizationID: Identifier, status: Status = .active) {
    self.id = id
    self.name = name
    self.organizationID = organizationID
    self.status = status
  }
}

public struct Bucket: Sendable, Hashable, Identifiable {
  public let id: Identifier
  public var name: String
  public var organizationID: Identifier

  public init(id: Identifier, name: String, organizationID: Identifier) {
    self.id = id
    self.name = name
    self.organizationID = organizationID
  }
}

/// A DBRP mapping: the bucket that a database and retention policy of the v1 API mean.
public struct Mapping: Sendable, Hashable, Identifiable {
  public let id: Identifier
  public var organizationID: Identifier
  public var database: String
  public var retentionPolicy: String
  public var bucketID: Identifier
  public var isDefault: Bool
  /// Computed from a bucket's name rather than stored (InfluxDB 2.4 and later).
  public var isVirtual: Bool

  public init(
    id: Identifier, organizationID: Identifier, database: String, retentionPolicy: String, bucketID: Identifier,
    isDefault: Bool, isVirtual: Bool = false
  ) {
    self.id = id
    self.organizationID = organizationID
    self.database = database
    self.retentionPolicy = retentionPolicy
    self.bucketID = bucketID
    self.isDefault = isDefault
    self.isVirtual = isVirtual
  }
}

/// One immutable state of the directory. The order of each list is the order of listing.
public final class Directory: Sendable {
  public let organizations: [Organization]
  public let users: [User]
  public let buckets: [Bucket]
  public let mappings: [Mapping]
  private let bucketIndex: [Identifier: Int]
  private let databaseIndex: [DatabaseKey: [Int]]

  /// By the bytes of the name, which are not copied for a look-up.
  private struct DatabaseKey: Hashable {
    let organization: Identifier
    let database: String

    static func == (left: DatabaseKey, right: DatabaseKey) -> Bool {
      left.organization == right.organization && left.database.utf8.elementsEqual(right.database.utf8)
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(organization)
      var database = database
      database.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  public init(organizations: [Organization], users: [User], buckets: [Bucket], mappings: [Mapping]) {
    self.organizations = organizations
    self.users = users
    self.buckets = buckets
    self.mappings = mappings
    bucketIndex = Dictionary(buckets.indices.map { (buckets[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    databaseIndex = Dictionary(grouping: mappings.indices) {
      DatabaseKey(organization: mappings[$0].organizationID, database: mappings[$0].database)
    }
  }

  public static let empty = Directory(organizations: [], users: [], buckets: [], mappings: [])

  /// Whether all lists are the same, order included.
  public func hasSameContents(as other: Directory) -> Bool {
    organizations == other.organizations && users == other.users && buckets == other.buckets
      && mappings == other.mappings
  }

  public func organization(_ id: Identifier) -> Organization? { organizations.first { $0.id == id } }
  public func user(_ id: Identifier) -> User? { users.first { $0.id == id } }
  public func bucket(_ id: Identifier) -> Bucket? { bucketIndex[id].map { buckets[$0] } }

  public func bucket(named name: String, in organization: Identifier) -> Bucket? {
    buckets.first { $0.organizationID == organization && $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// All mappings of a database, in listing order; empty where the database is unknown.
  public func mappings(of database: String, in organization: Identifier) -> [Mapping] {
    places(of: database, in: organization).map { mappings[$0] }
  }

  /// The mapping that (database, policy) means; an empty or absent policy means the default one.
  public func mapping(database: String, retentionPolicy: String?, in organization: Identifier) -> Mapping? {
    let candidates = places(of: database, in: organization)
    guard let policy = retentionPolicy, !policy.isEmpty else {
      return candidates.first { mappings[$0].isDefault }.map { mappings[$0] }
    }
    return candidates.first { mappings[$0].retentionPolicy.utf8.elementsEqual(policy.utf8) }.map { mappings[$0] }
  }

  private func places(of database: String, in organization: Identifier) -> [Int] {
    databaseIndex[DatabaseKey(organization: organization, database: database)] ?? []
  }
}
