// What a server of a configuration would decide by, as the store last kept it. Nothing is written.

import Access
public import Authorizations
public import Configuration
public import Gateway

public struct KeptState {
  private let configuration: Configuration
  private let directory: Directory
  private let snapshot: AuthorizationSnapshot
  /// What the store does not tell and was assumed.
  public let assumptions: [String]

  /// - Parameter store: nil where there is none yet.
  public init(_ configuration: Configuration, store: SQLiteAuthorizationStore?) throws(StoreError) {
    self.configuration = configuration
    let plan = DirectoryPlan(configuration)
    // What has no identifier yet gets one that nothing stored has.
    var next: UInt64 = 0
    let identifiers: IdentifierSource = { (names, kind) throws(StoreError) in
      let kept = try store?.keptIdentifiers(ofKind: kind) ?? [:]
      return names.map { name in
        next += 1
        return kept[Array(name.utf8)] ?? Identifier(nonzero: next)
      }
    }
    guard let owners = try plan.owners(identifiers), let organization = owners.organizations.first else {
      throw .unavailable("the directory of an InfluxDB 2.x is not kept in the store: declare it in the file")
    }
    var assumptions: [String] = []
    if let declared = try plan.declaredDirectory(identifiers) {
      directory = declared
    } else {
      let names = try store?.keptIdentifiers(ofKind: "bucket/\(organization.id)").keys.map { $0 } ?? []
      let databases = Self.databases(names)
      if databases.isEmpty { assumptions.append("the store keeps no directory yet: every name is taken as written") }
      for database in databases where !database.retentionPolicies.isEmpty {
        let policy = database.retentionPolicies.first(where: \.isDefault)?.name
        assumptions.append(
          policy.map { "the default retention policy of \"\(database.name)\" is taken to be \"\($0)\"" }
            ?? "the default retention policy of \"\(database.name)\" is not known")
      }
      directory = try plan.directory(of: .databases(databases), identifiers)
    }
    self.assumptions = assumptions
    let declared = Declarations(configuration).resolve(in: owners, loadedAt: 0).logins
    snapshot = AuthorizationSnapshot(
      revision: 1, authorizations: declared + (try store?.load().authorizations ?? []), tokens: [])
  }

  /// The stored or declared login of this name; nil where there is none.
  public func authorization(named name: String) -> Authorization? { snapshot.authorization(named: name) }

  /// - Parameter authorization: who asks; nil for nobody.
  public func explainer(for authorization: Authorization?) -> Explainer {
    Explainer(
      dialect: configuration.upstream.dialect == .influxDB1 ? .influxDB1 : .influxDB2,
      strictMethods: configuration.policy.strictMethods, directory: directory,
      principal: authorization.map { Principal($0) })
  }

  /// The databases of kept buckets `db/rp`. Which policy is the default is not kept: `autogen`, or the only one.
  private static func databases(_ names: [[UInt8]]) -> [InfluxDB1Database] {
    var policies: [[UInt8]: [String]] = [:]
    for name in names {
      guard let slash = name.firstIndex(of: UInt8(ascii: "/")) else { continue }
      policies[Array(name[..<slash]), default: []].append(String(decoding: name[(slash + 1)...], as: UTF8.self))
    }
    return policies.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { database, policies in
      InfluxDB1Database(
        name: String(decoding: database, as: UTF8.self),
        retentionPolicies: policies.sorted().map {
          .init(name: $0, isDefault: policies.count == 1 || $0.utf8.elementsEqual("autogen".utf8))
        })
    }
  }
}
