// All authorizations and tokens at one revision, immutable, so that the event loops read it without a lock.

public import Formats

public final class AuthorizationSnapshot: Sendable {
  /// Grows with every published change.
  public let revision: UInt64
  public let authorizations: ShardedTable<Identifier, Authorization>
  public let tokens: ShardedTable<Identifier, APIToken>
  /// By the bytes of the name: Swift compares strings by canonical equivalence, a login's name is bytes.
  private let names: ShardedTable<[UInt8], Identifier>
  /// The identifiers of `authorizations`.
  public let order: OrderedIdentifiers

  /// A declared authorization shadows a stored one of the same name, a later token an earlier one of its identifier.
  public init(revision: UInt64, authorizations: some Sequence<Authorization>, tokens: some Sequence<APIToken>) {
    var byID = ShardedTable<Identifier, Authorization>()
    var byName = ShardedTable<[UInt8], Identifier>()
    for authorization in authorizations {
      byID[authorization.id] = authorization
      let name = Array(authorization.token.utf8)
      if let present = byName[name], byID[present]?.origin == .declared { continue }
      byName[name] = authorization.id
    }
    self.revision = revision
    self.authorizations = byID
    self.names = byName
    order = OrderedIdentifiers(byID.values.lazy.map(\.id))
    self.tokens = tokens.reduce(into: ShardedTable()) { $0[$1.id] = $1 }
  }

  private init(
    revision: UInt64, authorizations: ShardedTable<Identifier, Authorization>,
    names: ShardedTable<[UInt8], Identifier>, order: OrderedIdentifiers, tokens: ShardedTable<Identifier, APIToken>
  ) {
    self.revision = revision
    self.authorizations = authorizations
    self.names = names
    self.order = order
    self.tokens = tokens
  }

  public static let empty = AuthorizationSnapshot(revision: 0, authorizations: [], tokens: [])

  /// The login that `name` means, compared byte by byte.
  public func authorization(named name: String) -> Authorization? { authorization(named: Array(name.utf8)) }

  /// The login whose name has exactly these bytes.
  public func authorization(named name: [UInt8]) -> Authorization? { names[name].flatMap { authorizations[$0] } }

  /// Whether a declared login of the same name makes this one unreachable.
  public func isShadowed(_ authorization: Authorization) -> Bool {
    names[Array(authorization.token.utf8)] != authorization.id
  }

  /// The stored logins that cannot be reached, because a declared one has their name.
  public var shadowed: [Authorization] { authorizations.values.filter(isShadowed) }

  /// This snapshot with one stored change made to it.
  func applying(_ change: StoreChange) -> AuthorizationSnapshot {
    var authorizations = authorizations
    var names = names
    var order = order
    var tokens = tokens
    switch change {
    case .insertAuthorization(let authorization), .updateAuthorization(let authorization):
      // Nothing here renames a login, but somebody may in the store: its old name must not go on.
      if let old = authorizations[authorization.id].map({ Array($0.token.utf8) }), names[old] == authorization.id {
        names[old] = nil
      }
      authorizations[authorization.id] = authorization
      order.insert(authorization.id)
      let name = Array(authorization.token.utf8)
      if names[name].flatMap({ authorizations[$0] })?.origin != .declared { names[name] = authorization.id }
    case .deleteAuthorization(let id):
      if let removed = authorizations[id] {
        authorizations[id] = nil
        order.remove(id)
        let name = Array(removed.token.utf8)
        if names[name] == id { names[name] = nil }
      }
    case .insertToken(let token), .updateToken(let token):
      if tokens[token.id]?.origin != .declared { tokens[token.id] = token }
    case .deleteToken(let id):
      if tokens[id]?.origin != .declared { tokens[id] = nil }
    }
    return AuthorizationSnapshot(
      revision: revision &+ 1, authorizations: authorizations, names: names, order: order, tokens: tokens)
  }
}
