// Where the directory comes from, by the configuration.

public import Authorizations
public import Formats
public import Configuration

/// A value that every thread may have; what it builds needs identifiers of the store.
public struct DirectoryPlan: Sendable {
  private let section: Configuration.Directory
  private let dialect: Dialect
  /// Of what it reads, where that is the upstream's.
  let source: DirectorySource

  public init(_ configuration: Configuration) {
    section = configuration.directory
    dialect = configuration.upstream.dialect
    let members = configuration.upstream.members.map { "\($0.host):\($0.port)" }.sorted()
    source = DirectorySource(dialect: dialect.rawValue, upstream: members.joined(separator: ","))
  }

  var asksUpstream: Bool { section.source == .upstream }

  /// The organizations and users that may own what is declared in the file, where they are known without a question
  /// to the upstream.
  public func owners(_ identifiers: IdentifierSource) throws(StoreError) -> Directory? {
    if let declared = try declaredDirectory(identifiers) { return declared }
    guard !dialect.hasOrganizations else { return nil }
    let owner = try Directory.owner(organization: section.organization, user: section.user, identifiers: identifiers)
    guard let owner else { throw StoreError.unavailable("the directory has no organization or no user") }
    return Directory(
      organizations: [Organization(id: owner.organization, name: section.organization)],
      users: [User(id: owner.user, name: section.user, organizationID: owner.organization)], buckets: [], mappings: [])
  }

  /// nil where the upstream is asked.
  public func declaredDirectory(
    _ identifiers: IdentifierSource
  ) throws(StoreError) -> Directory? {
    guard section.source == .declared else { return nil }
    let declaration = DirectoryDeclaration(
      organizations: section.organizations,
      users: section.users.map { .init(name: $0.name, organization: $0.organization) },
      buckets: section.buckets.map { .init(name: $0.name, organization: $0.organization) },
      mappings: section.mappings.map {
        .init(
          organization: $0.organization, database: $0.database, retentionPolicy: $0.retentionPolicy,
          bucket: $0.bucket, isDefault: $0.isDefault)
      })
    return try Directory.declared(
      declaration, of: dialect, identifiers: identifiers)
  }

  func directory(
    of contents: UpstreamContents, _ identifiers: IdentifierSource
  ) throws(StoreError) -> Directory {
    let databases: [InfluxDB1Database]
    switch contents {
    case .directory(let directory): return directory
    case .databases(let found): databases = found
    }
    return try Directory.influxDB1(
      organization: section.organization, user: section.user, databases: databases, identifiers: identifiers)
  }
}
