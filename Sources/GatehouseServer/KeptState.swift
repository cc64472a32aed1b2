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
    let owners = try plan.owners(identifiers)
    var assumptions: [String] = []
    if let declared = try plan.declaredDirectory(identifiers) {
      directory = declared
    } else if let kept = try store?.keptDirectory(of: configuration.upstream.dialect.rawValue) {
      directory = kept
    } else {
      directory = owners ?? .empty
      assumptions.append("the store keeps no directory yet: every name is taken as written")
      if owners == nil, !configuration.authorizations.isEmpty {
        assumptions.append(
          "nobody knows yet who owns the logins of the file: `gatehouse serve` has to ask the upstream")
      }
    }
    self.assumptions = assumptions
    // As a server resolves them: 1.x has one owner, which the file names; 2.x those of its directory.
    let declared = Declarations(configuration).resolve(in: owners ?? directory, loadedAt: 0).logins
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
}
