// Finds out of which organization the gateway's own credentials for a 2.x upstream are.

import Authorizations
import Formats

/// 2.x has no question that tells it. `SHOW DATABASES` lists those of the token's organization, and where only one has
/// such, it is that one. A token never changes its organization: what was found out once for credentials stays.
struct OrganizationFinder {
  enum Finding: Equatable {
    case organization(Identifier)
    /// The reason is for the operator.
    case unknown(String)
  }

  /// Where the directory comes from that is compared with what the credentials see.
  enum Basis {
    /// The file, which need not name all there is.
    case declared
    /// The upstream, by the only credential.
    case readWithTheOne
    /// The upstream, by a credential beside that which data leave with: they may be of two organizations.
    case readWithAnother
  }

  /// `[upstream] organization`; nil where it is to be found out.
  let named: String?
  /// What was found out, and for which credentials.
  private var known: (organization: Identifier, credentials: Int)?

  init(named: String?) { self.named = named }

  /// Whether the upstream's databases have to be asked for.
  func mustAsk(_ directory: Directory, credentials: Int, _ basis: Basis = .readWithTheOne) -> Bool {
    (directory.organizations.count > 1 || basis == .readWithAnother) && known?.credentials != credentials
  }

  /// - Parameters:
  ///   - directory: of a moment at which `shown` was true.
  ///   - shown: the databases that each of the credentials sees; nil where that was not asked, or changed meanwhile.
  ///   - credentials: tells them from others.
  mutating func find(
    in directory: Directory, shown: [Set<[UInt8]>]?, credentials: Int, _ basis: Basis = .readWithTheOne
  ) -> Finding {
    let organizations = directory.organizations
    if let named, !organizations.contains(where: { $0.name.utf8.elementsEqual(named.utf8) }) {
      return .unknown("the upstream has no organization \"\(named)\", or does not show it to the gateway's token")
    }
    if basis != .readWithAnother, organizations.count == 1, let only = organizations.first {
      return .organization(only.id)
    }
    if organizations.isEmpty { return .unknown("the upstream shows the gateway's token no organization") }
    if let known, known.credentials == credentials, directory.organization(known.organization) != nil {
      return contradicted(by: known.organization, organizations) ?? .organization(known.organization)
    }
    guard let shown = shown?.map({ $0.subtracting(Self.systemDatabases) }) else {
      return .unknown("the upstream does not say which databases it has")
    }
    guard named != nil || !shown.contains(where: \.isEmpty) else {
      return .unknown("a credential of the gateway sees no database: write [upstream] organization")
    }
    var found = Set(organizations.map(\.id))
    for databases in shown { found.formIntersection(candidates(in: directory, showing: databases, basis)) }
    if let named { found = found.filter { isNamed($0, named, organizations) } }
    guard found.count < 2 else {
      return .unknown("organizations of the upstream have databases of the same names: write [upstream] organization")
    }
    guard let organization = found.first else {
      return .unknown(
        named.map { "the gateway's token is of another organization than \"\($0)\"" }
          ?? "the databases that the gateway's token sees are those of no one organization")
    }
    known = (organization, credentials)
    return .organization(organization)
  }

  private func contradicted(by found: Identifier, _ organizations: [Organization]) -> Finding? {
    guard let named, !isNamed(found, named, organizations) else { return nil }
    return .unknown("the gateway's token is of another organization than \"\(named)\"")
  }

  private func isNamed(_ id: Identifier, _ name: String, _ organizations: [Organization]) -> Bool {
    organizations.contains { $0.id == id && $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// Each organization has these of its own.
  private static let systemDatabases: Set<[UInt8]> = [Array("_monitoring".utf8), Array("_tasks".utf8)]

  /// Those that have every one of these databases. One that nobody has is of an organization that the directory does not
  /// hold, unless it is not whole.
  private func candidates(
    in directory: Directory, showing databases: Set<[UInt8]>, _ basis: Basis
  ) -> Set<Identifier> {
    var owners: [[UInt8]: Set<Identifier>] = [:]
    for mapping in directory.mappings {
      owners[Array(mapping.database.utf8), default: []].insert(mapping.organizationID)
    }
    return databases.reduce(into: Set(directory.organizations.map(\.id))) { candidates, database in
      if let known = owners[database] {
        candidates.formIntersection(known)
      } else if basis != .declared {
        candidates = []
      }
    }
  }
}
