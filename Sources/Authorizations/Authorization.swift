// The legacy authorization: a v1 login, as the management API shows it and as the gateway checks it.

public import Formats

public enum Status: String, Sendable, Hashable {
  case active, inactive

  /// Whether its holder is let in at `time`, where that ends at `end`: nanoseconds since 1970, nil for never.
  func isActive(at time: Int64, until end: Int64?) -> Bool { self == .active && (end.map { time < $0 } ?? true) }
}

/// Where an object comes from, and so who may change it.
public enum Origin: Sendable, Hashable {
  /// Kept in the store; changed over the API.
  case stored
  /// Declared in the configuration file; read-only over the API.
  case declared
}

/// A v1 login. `token` is its user name, which is never a secret.
public struct Authorization: Sendable, Hashable, Identifiable {
  public let id: Identifier
  public var token: String
  public var status: Status
  public var description: String
  public var organizationID: Identifier
  public var userID: Identifier
  public var permissions: [Permission]
  /// A crypt(3) hash, or nil while no password has been set: nobody can log in then.
  public var passwordHash: String?
  /// The password before, while it is still let in beside the new one.
  public var previousPassword: PreviousPassword?
  /// From when on nobody can log in, nanoseconds since 1970; nil for never.
  public var expiresAt: Int64?
  /// Grows with every change of this object, so that nothing remembered about an earlier state can count.
  public var revision: UInt64
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  public var createdAt: Int64
  public var updatedAt: Int64
  public var origin: Origin

  public init(
    id: Identifier, token: String, status: Status = .active, description: String = "", organizationID: Identifier,
    userID: Identifier, permissions: [Permission], passwordHash: String? = nil,
    previousPassword: PreviousPassword? = nil, expiresAt: Int64? = nil, revision: UInt64 = 1,
    createdAt: Int64, updatedAt: Int64, origin: Origin = .stored
  ) {
    self.id = id
    self.token = token
    self.status = status
    self.description = description
    self.organizationID = organizationID
    self.userID = userID
    self.permissions = permissions
    self.passwordHash = passwordHash
    self.previousPassword = previousPassword
    self.expiresAt = expiresAt
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.origin = origin
  }
}

/// A password that was replaced and goes on for a while, so that a fleet can be changed machine by machine.
public struct PreviousPassword: Sendable, Hashable {
  /// A crypt(3) hash.
  public var hash: String
  /// Nanoseconds since 1970.
  public var expiresAt: Int64

  public init(hash: String, expiresAt: Int64) {
    self.hash = hash
    self.expiresAt = expiresAt
  }
}

extension Authorization {
  /// Whether anybody can log in at `time`, nanoseconds since 1970.
  public func isActive(at time: Int64) -> Bool { status.isActive(at: time, until: expiresAt) }

  /// The previous password where it still counts at `time`.
  public func previousPassword(at time: Int64) -> PreviousPassword? {
    previousPassword.flatMap { time < $0.expiresAt ? $0 : nil }
  }

  /// Until when what is decided at `time` stands by itself; nil for ever.
  public func standsUntil(at time: Int64) -> Int64? {
    [expiresAt, previousPassword(at: time)?.expiresAt].compactMap { $0 }.min()
  }
}
