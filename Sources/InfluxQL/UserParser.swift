// Statements about users, their passwords and privileges, and subscriptions.

/// Reads the statements of users, privileges and subscriptions, behind their first words.
enum UserParser {
  static func parseCreateUser(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    tokens.holdsSecret = true
    var user = UserDefinition(name: try tokens.parseIdentifier())
    try tokens.expect(.with)
    try tokens.expect(.password)
    try skipPassword(&tokens)
    if tokens.skip(.with) {
      try tokens.expect(.all)
      try tokens.expect(.privileges)
      user.isAdministrator = true
    }
    return Statement(kind: .createUser, body: .user(user))
  }

  static func parseSetPassword(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    tokens.holdsSecret = true
    let user = UserDefinition(name: try tokens.parseIdentifier())
    try tokens.expect(.equal)
    try skipPassword(&tokens)
    return Statement(kind: .setPassword, body: .user(user))
  }

  /// Reads a password and remembers only where it stands.
  private static func skipPassword(_ tokens: inout TokenReader) throws(ParseError) {
    let token = tokens.scanPastBlanks()
    guard token.kind == .stringLiteral else { throw tokens.unexpected(token, expected: "string") }
    if token.parameter < 0 { tokens.secrets.append(token.contentStart - 1..<token.contentEnd + 1) }
  }

  static func parseGrant(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let grant = try parseGrant(&tokens, joinedBy: .to)
    return Statement(kind: grant.database == nil ? .grantAdmin : .grant, body: .grant(grant))
  }

  static func parseRevoke(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    let grant = try parseGrant(&tokens, joinedBy: .from)
    return Statement(kind: grant.database == nil ? .revokeAdmin : .revoke, body: .grant(grant))
  }

  /// A privilege, `ON database` unless it is ALL, and the user behind TO or FROM.
  private static func parseGrant(_ tokens: inout TokenReader, joinedBy joint: TokenKind) throws(ParseError)
    -> PrivilegeGrant
  {
    let privilege = try parsePrivilege(&tokens)
    let token = tokens.scanPastBlanks()
    if token.kind == .on {
      let database = try tokens.parseIdentifier()
      try tokens.expect(joint)
      return PrivilegeGrant(privilege: privilege, database: database, user: try tokens.parseIdentifier())
    }
    guard privilege == .all else { throw tokens.unexpected(token, expected: [.on]) }
    guard token.kind == joint else { throw tokens.unexpected(token, expected: [.on, joint]) }
    return PrivilegeGrant(privilege: privilege, database: nil, user: try tokens.parseIdentifier())
  }

  private static func parsePrivilege(_ tokens: inout TokenReader) throws(ParseError) -> PrivilegeGrant.Privilege {
    let token = tokens.scanPastBlanks()
    switch token.kind {
    case .read: return .read
    case .write: return .write
    case .all:
      _ = tokens.skip(.privileges)
      return .all
    default: throw tokens.unexpected(token, expected: "READ", "WRITE", "ALL [PRIVILEGES]")
    }
  }

  static func parseCreateSubscription(_ tokens: inout TokenReader) throws(ParseError) -> Statement {
    tokens.holdsSecret = true
    var subscription = try parseSubscriptionName(&tokens)
    try tokens.expect(.destinations)
    let token = tokens.scanPastBlanks()
    guard token.kind == .all || token.kind == .any else { throw tokens.unexpected(token, expected: [.all, .any]) }
    subscription.sendsToAll = token.kind == .all
    repeat {
      let token = tokens.scanPastBlanks()
      guard token.kind == .stringLiteral else { throw tokens.unexpected(token, expected: "string") }
      let destination = tokens.content(of: token)
      if token.parameter < 0, Subscription.shown(destination) != destination {
        tokens.secrets.append(token.contentStart - 1..<token.contentEnd + 1)
      }
      subscription.destinations.append(destination)
    } while tokens.skip(.comma)
    return Statement(kind: .createSubscription, body: .subscription(subscription))
  }

  /// `name ON database.policy`, without blanks before the dot.
  static func parseSubscriptionName(_ tokens: inout TokenReader) throws(ParseError) -> Subscription {
    let (name, database) = try tokens.parseNameOnDatabase()
    let token = tokens.scan()
    guard token.kind == .dot else { throw tokens.unexpected(token, expected: [.dot]) }
    return Subscription(name: name, database: database, retentionPolicy: try tokens.parseIdentifier())
  }
}
