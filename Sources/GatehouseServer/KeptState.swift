// What a server of a configuration would decide by, as the store last kept it. Nothing is written.

import Access
public import Authorizations
import Formats
public import Configuration
public import Decision

public struct KeptState {
  private let configuration: Configuration
  let directory: Directory
  let snapshot: AuthorizationSnapshot
  /// What the store does not tell and was assumed.
  public let assumptions: [String]
  /// Whether the directory is declared, or was read from an upstream at some time.
  let knowsDirectory: Bool
  /// What the file declares and nobody can own.
  let declarationProblems: [String]

  /// - Parameter store: nil where there is none yet.
  public init(_ configuration: Configuration, store: (any AuthorizationStore)?) throws(StoreError) {
    try self.init(configuration, store: store, contents: nil)
  }

  /// - Parameter contents: what the upstream has now; nil where it was not asked.
  init(
    _ configuration: Configuration, store: (any AuthorizationStore)?, contents: UpstreamContents?
  ) throws(StoreError) {
    self.configuration = configuration
    let plan = DirectoryPlan(configuration)
    // What has no identifier yet gets one that nothing stored has.
    var allotted: [String: [[UInt8]: Identifier]] = [:]
    var next: UInt64 = 0
    let identifiers: IdentifierSource = { (names, kind) throws(StoreError) in
      let kept = try store?.keptIdentifiers(ofKind: kind) ?? [:]
      return names.map { name in
        let name = Array(name.utf8)
        if let known = kept[name] ?? allotted[kind]?[name] { return known }
        next += 1
        let fresh = Identifier(nonzero: next)
        // The same at every question: owners and the directory are asked for one after the other.
        allotted[kind, default: [:]][name] = fresh
        return fresh
      }
    }
    let owners = try plan.owners(identifiers)
    var assumptions: [String] = []
    if let declared = try plan.declaredDirectory(identifiers) {
      directory = declared
      knowsDirectory = true
    } else if let contents {
      directory = try plan.directory(of: contents, identifiers)
      knowsDirectory = true
    } else if let kept = try store?.keptDirectory(of: configuration.upstream.dialect.rawValue) {
      directory = kept.directory
      knowsDirectory = true
    } else {
      knowsDirectory = false
      directory = owners ?? .empty
      assumptions.append("the store keeps no directory yet: every name is taken as written")
      if owners == nil, !configuration.authorizations.isEmpty {
        assumptions.append(
          "nobody knows yet who owns the logins of the file: `gatehouse serve` has to ask the upstream")
      }
    }
    self.assumptions = assumptions
    // As a server resolves them: 1.x has one owner, which the file names; 2.x those of its directory.
    let declared = Declarations(configuration).resolve(in: owners ?? directory, loadedAt: 0)
    declarationProblems = declared.problems
    let stored = try store?.load() ?? StoreContents()
    snapshot = AuthorizationSnapshot(
      revision: 1, authorizations: declared.logins + stored.authorizations, tokens: declared.tokens + stored.tokens)
  }

  /// The stored or declared login of this name; nil where there is none.
  public func authorization(named name: String) -> Authorization? { snapshot.authorization(named: name) }

  /// - Parameter authorization: who asks; nil for nobody.
  public func explainer(for authorization: Authorization?) -> Explainer {
    Explainer(
      dialect: configuration.upstream.dialect,
      strictMethods: configuration.policy.strictMethods, directory: directory, knowsDirectory: knowsDirectory,
      principal: authorization.map { Principal($0) })
  }
}
