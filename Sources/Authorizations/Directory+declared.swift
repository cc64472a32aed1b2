// The directory that the configuration file declares.

public import Formats

/// `[[organization]]`, `[[user]]`, `[[bucket]]` and `[[mapping]]`, as plain values in the order of the file.
public struct DirectoryDeclaration: Sendable, Hashable {
  /// A user or bucket of an organization.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var organization: String

    public init(name: String, organization: String) {
      self.name = name
      self.organization = organization
    }
  }

  public struct Mapping: Sendable, Hashable {
    public var organization: String
    public var database: String
    public var retentionPolicy: String
    /// The bucket's name.
    public var bucket: String
    public var isDefault: Bool

    public init(
      organization: String, database: String, retentionPolicy: String, bucket: String, isDefault: Bool = false
    ) {
      self.organization = organization
      self.database = database
      self.retentionPolicy = retentionPolicy
      self.bucket = bucket
      self.isDefault = isDefault
    }
  }

  public var organizations: [String]
  public var users: [Member]
  public var buckets: [Member]
  public var mappings: [Mapping]

  public init(
    organizations: [String], users: [Member] = [], buckets: [Member] = [], mappings: [Mapping] = []
  ) {
    self.organizations = organizations
    self.users = users
    self.buckets = buckets
    self.mappings = mappings
  }
}

extension Directory {
  /// Entries that name an unknown organization or bucket are left out; the check of the configuration reports them.
  /// Of several entries for one thing the first counts. A database has exactly one physical default: the first
  /// declared so, else the first declared.
  ///
  /// - Parameter dialect: how a bucket without a declared mapping is reached over the v1 API: where there are retention
  ///   policies, a bucket `db/rp` is that one, and the first declared of a database is its default; where there are
  ///   mappings, by virtual ones, as the upstream computes them.
  public static func declared(
    _ declaration: DirectoryDeclaration, of dialect: Dialect, identifiers: IdentifierSource
  ) throws(StoreError) -> Directory {
    var builder = DeclaredDirectoryBuilder()
    try builder.add(declaration, identifiers)
    if dialect.hasRetentionPolicies { builder.mapPolicies() }
    builder.settleDefaults()
    return Directory(
      organizations: builder.organizations, users: builder.users, buckets: builder.buckets,
      mappings: dialect.hasMappings
        ? withVirtualMappings(builder.mappings, buckets: builder.buckets) : builder.mappings)
  }
}

private struct DeclaredDirectoryBuilder {
  var organizations: [Organization] = []
  var users: [User] = []
  var buckets: [Bucket] = []
  var mappings: [Mapping] = []
  private var taken: Set<PolicyKey> = []

  mutating func add(_ declaration: DirectoryDeclaration, _ identifiers: IdentifierSource) throws(StoreError) {
    let names = distinct(declaration.organizations)
    organizations = zip(try identifiers(names, "organization"), names).map { Organization(id: $0, name: $1) }
    for organization in organizations {
      let users = members(declaration.users, of: organization)
      self.users += zip(try identifiers(users, "user/\(organization.id)"), users).map {
        User(id: $0, name: $1, organizationID: organization.id)
      }
      let buckets = members(declaration.buckets, of: organization)
      self.buckets += zip(try identifiers(buckets, "bucket/\(organization.id)"), buckets).map {
        Bucket(id: $0, name: $1, organizationID: organization.id)
      }
      try addMappings(declaration.mappings, of: organization, identifiers)
    }
  }

  private mutating func addMappings(
    _ declared: [DirectoryDeclaration.Mapping], of organization: Organization, _ identifiers: IdentifierSource
  ) throws(StoreError) {
    var accepted: [(mapping: DirectoryDeclaration.Mapping, bucket: Bucket)] = []
    for mapping in declared where equal(mapping.organization, organization.name) {
      let bucket = buckets.first { $0.organizationID == organization.id && equal($0.name, mapping.bucket) }
      guard let bucket, !mapping.database.isEmpty, !mapping.retentionPolicy.isEmpty else { continue }
      accepted.append((mapping, bucket))
    }
    let names = distinct(accepted.map { Self.name(of: $0.mapping) })
    let ids = Dictionary(
      zip(names.map { Array($0.utf8) }, try identifiers(names, "mapping/\(organization.id)")),
      uniquingKeysWith: { first, _ in first })
    for (mapping, bucket) in accepted {
      guard let id = ids[Array(Self.name(of: mapping).utf8)] else { continue }
      append(
        Mapping(
          id: id, organizationID: organization.id, database: mapping.database,
          retentionPolicy: mapping.retentionPolicy, bucketID: bucket.id, isDefault: mapping.isDefault))
    }
  }

  /// `db/rp`, as in front of a 1.x upstream that is asked. Where the database itself holds `/`, a byte that no name holds
  /// keeps "a", "b/c" and "a/b", "c" apart.
  private static func name(of mapping: DirectoryDeclaration.Mapping) -> String {
    let isPlain = !mapping.database.utf8.contains(UInt8(ascii: "/"))
    return "\(mapping.database)\(isPlain ? "/" : "\u{0}")\(mapping.retentionPolicy)"
  }

  /// In front of 1.x: every bucket without a declared mapping of its own policy.
  mutating func mapPolicies() {
    for bucket in buckets {
      guard let name = BucketName(bucket.name) else { continue }
      append(
        Mapping(
          id: bucket.id, organizationID: bucket.organizationID, database: name.database,
          retentionPolicy: name.retentionPolicy, bucketID: bucket.id, isDefault: false))
    }
  }

  private mutating func append(_ mapping: Mapping) {
    if taken.insert(PolicyKey(mapping)).inserted { mappings.append(mapping) }
  }

  mutating func settleDefaults() {
    var defaults: [PolicyKey.Database: Int] = [:]
    for (index, mapping) in mappings.enumerated() {
      let database = PolicyKey(mapping).database
      if let present = defaults[database], mappings[present].isDefault || !mapping.isDefault { continue }
      defaults[database] = index
    }
    for index in mappings.indices { mappings[index].isDefault = defaults[PolicyKey(mappings[index]).database] == index }
  }

  private func members(_ members: [DirectoryDeclaration.Member], of organization: Organization) -> [String] {
    distinct(members.filter { equal($0.organization, organization.name) }.map(\.name))
  }

  private func distinct(_ names: [String]) -> [String] {
    var seen: Set<[UInt8]> = []
    return names.filter { seen.insert(Array($0.utf8)).inserted }
  }

  private func equal(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
