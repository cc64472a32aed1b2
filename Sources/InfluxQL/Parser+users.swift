// Statements about users, their passwords and privileges, and subscriptions.

extension Parser {
  mutating func parseCreateUser() throws(ParseError) -> Statement {
    holdsSecret = true
    var user = UserDefinition(name: try parseIdentifier())
    try expect(.with)
    try expect(.password)
    try skipPassword()
    if skip(.with) {
      try expect(.all)
      try expect(.privileges)
      user.isAdministrator = true
    }
    return Statement(kind: .createUser, body: .user(user))
  }

  mutating func parseSetPassword() throws(ParseError) -> Statement {
    holdsSecret = true
    let user = UserDefinition(name: try parseIdentifier())
    try expect(.equal)
    try skipPassword()
    return Statement(kind: .setPassword, body: .user(user))
  }

  /// Reads a password and remembers only where it stands.
  private mutating func skipPassword() throws(ParseError) {
    let token = scanPastBlanks()
    guard token.kind == .stringLiteral else { throw unexpected(token, expected: "string") }
    if token.parameter < 0 { secrets.append(token.contentStart - 1..<token.contentEnd + 1) }
  }

  mutating func parseGrant() throws(ParseError) -> Statement {
    let grant = try parseGrant(joinedBy: .to)
    return Statement(kind: grant.database == nil ? .grantAdmin : .grant, body: .grant(grant))
  }

  mutating func parseRevoke() throws(ParseError) -> Statement {
    let grant = try parseGrant(joinedBy: .from)
    return Statement(kind: grant.database == nil ? .revokeAdmin : .revoke, body: .grant(grant))
  }

  /// A privilege, `ON database` unless it is ALL, and the user behind TO or FROM.
  private mutating func parseGrant(joinedBy joint: TokenKind) throws(ParseError) -> Grant {
    let privilege = try parsePrivilege()
    let token = scanPastBlanks()
    if token.kind == .on {
      let database = try parseIdentifier()
      try expect(joint)
      return Grant(privilege: privilege, database: database, user: try parseIdentifier())
    }
    guard privilege == .all else { throw unexpected(token, expected: [.on]) }
    guard token.kind == joint else { throw unexpected(token, expected: [.on, joint]) }
    return Grant(privilege: privilege, database: nil, user: try parseIdentifier())
  }

  private mutating func parsePrivilege() throws(ParseError) -> Grant.Privilege {
    let token = scanPastBlanks()
    switch token.kind {
    case .read: return .read
    case .write: return .write
    case .all:
      _ = skip(.privileges)
      return .all
    default: throw unexpected(token, expected: "READ", "WRITE", "ALL [PRIVILEGES]")
    }
  }

  mutating func parseCreateSubscription() throws(ParseError) -> Statement {
    holdsSecret = true
    var subscription = try parseSubscriptionName()
    try expect(.destinations)
    let token = scanPastBlanks()
    guard token.kind == .all || token.kind == .any else { throw unexpected(token, expected: [.all, .any]) }
    subscription.sendsToAll = token.kind == .all
    repeat {
      let token = scanPastBlanks()
      guard token.kind == .stringLiteral else { throw unexpected(token, expected: "string") }
      let destination = content(of: token)
      if token.parameter < 0, Subscription.shown(destination) != destination {
        secrets.append(token.contentStart - 1..<token.contentEnd + 1)
      }
      subscription.destinations.append(destination)
    } while skip(.comma)
    return Statement(kind: .createSubscription, body: .subscription(subscription))
  }

  /// `name ON database.policy`, without blanks before the dot.
  mutating func parseSubscriptionName() throws(ParseError) -> Subscription {
    let (name, database) = try parseNameOnDatabase()
    let token = scan()
    guard token.kind == .dot else { throw unexpected(token, expected: [.dot]) }
    return Subscription(name: name, database: database, retentionPolicy: try parseIdentifier())
  }
}
