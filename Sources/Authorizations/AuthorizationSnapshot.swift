// All authorizations and tokens at one revision, immutable, so that the event loops read it without a lock.

public final class AuthorizationSnapshot: Sendable {
  /// Grows with every published change.
  public let revision: UInt64
  public let authorizations: [Identifier: Authorization]
  public let tokens: [Identifier: APIToken]
  private let names: [String: Identifier]

  /// A declared authorization shadows a stored one of the same name.
  public init(revision: UInt64, authorizations: some Sequence<Authorization>, tokens: some Sequence<APIToken>) {
    var byID: [Identifier: Authorization] = [:]
    var byName: [String: Identifier] = [:]
    for authorization in authorizations {
      byID[authorization.id] = authorization
      if let present = byName[authorization.token], byID[present]?.origin == .declared { continue }
      byName[authorization.token] = authorization.id
    }
    self.revision = revision
    self.authorizations = byID
    self.names = byName
    self.tokens = Dictionary(tokens.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
  }

  /// The login that `name` means, compared byte by byte.
  public func authorization(named name: String) -> Authorization? {
    // Swift compares strings by canonical equivalence; a login's name is bytes.
    guard let id = names[name], let found = authorizations[id], found.token.utf8.elementsEqual(name.utf8) else {
      return nil
    }
    return found
  }
}
