// What the configuration file declares, as it is in force.

struct DeclaredObjects {
  private(set) var logins: [Authorization] = []
  private(set) var tokens: [APIToken] = []
  /// Counts every state of every declared object, so that no two states of one share a revision.
  private var revision: UInt64 = 0

  mutating func replace(_ newLogins: [Authorization], _ newTokens: [APIToken], now: Int64) {
    let oldLogins = Dictionary(logins.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    logins = newLogins.map { login in
      var login = login
      if let old = oldLogins[login.id] {
        login.createdAt = old.createdAt
        login.updatedAt = old.updatedAt
        login.revision = old.revision
        if login == old { return old }
        login.updatedAt = now
      }
      revision &+= 1
      login.revision = revision
      return login
    }
    let oldTokens = Dictionary(tokens.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    tokens = newTokens.map { token in
      var token = token
      if let old = oldTokens[token.id] {
        token.createdAt = old.createdAt
        token.updatedAt = old.updatedAt
        token.revision = old.revision
        if token == old { return old }
        token.updatedAt = now
      }
      revision &+= 1
      token.revision = revision
      return token
    }
  }

  /// In the order of identifiers, logins first.
  func differences(from earlier: DeclaredObjects) -> [ChangeIntent.Change] {
    let before = Dictionary(earlier.logins.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let after = Dictionary(logins.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let tokensBefore = Dictionary(earlier.tokens.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let tokensAfter = Dictionary(tokens.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map {
      .authorization(before: before[$0], after: after[$0])
    }
      + Set(tokensBefore.keys).union(tokensAfter.keys).sorted().filter { tokensBefore[$0] != tokensAfter[$0] }.map {
        .token(before: tokensBefore[$0], after: tokensAfter[$0])
      }
  }
}
