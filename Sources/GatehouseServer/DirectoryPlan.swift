// Where the directory comes from, by the configuration.

public import Authorizations
public import Configuration

/// A value that every thread may have; what it builds needs identifiers of the store.
public struct DirectoryPlan: Sendable {
  private let section: Configuration.Directory
  private let dialect: Configuration.Dialect

  public init(_ configuration: Configuration) {
    section = configuration.directory
    dialect = configuration.upstream.dialect
  }

  var asksUpstream: Bool { section.source == .upstream }

  /// The organization and user that own what is declared in the file.
  public func owner(
    _ identifiers: IdentifierSource
  ) throws(StoreError) -> (organization: Identifier, user: Identifier) {
    let unknown = StoreError.unavailable("the directory has no organization or no user")
    guard let directory = try declaredDirectory(identifiers) else {
      // Not by way of an empty directory: identifiers of buckets that are not listed are forgotten.
      let owner = try Directory.owner(
        organization: section.organization, user: section.user, identifiers: identifiers)
      guard let owner else { throw unknown }
      return owner
    }
    guard let organization = directory.organizations.first,
      let user = directory.users.first(where: { $0.organizationID == organization.id }) ?? directory.users.first
    else { throw unknown }
    return (organization.id, user.id)
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
      declaration, reading: dialect == .influxDB1 ? .influxDB1 : .influxDB2, identifiers: identifiers)
  }

  func directory(
    of databases: [InfluxDB1Database], _ identifiers: IdentifierSource
  ) throws(StoreError) -> Directory {
    try Directory.influxDB1(
      organization: section.organization, user: section.user, databases: databases, identifiers: identifiers)
  }
}
