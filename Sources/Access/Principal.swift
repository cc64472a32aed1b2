// Who asks, once that is established.

public import Authorizations
public import Formats

/// The holder of an accepted credential, as it was when the credential was accepted.
public struct Principal: Sendable, Equatable {
  public enum Kind: Sendable, Hashable {
    case login
    /// An API token of gatehouse.
    case token
  }

  public let kind: Kind
  /// Of the authorization or of the token.
  public let id: Identifier
  private let userName: String
  public let organizationID: Identifier
  public let permissions: [Permission]
  /// Of the authorization or token, so that what was decided for an earlier state can be told apart.
  public let revision: UInt64
  /// From when on it has to be established anew, nanoseconds since 1970; nil for never.
  public let expiresAt: Int64?
  /// Whether it came with the password that was replaced and is let in for a while.
  public let usesPreviousPassword: Bool

  /// For logs and refusals: the v1 user name, or `token:` and the identifier.
  public var name: String { kind == .login ? userName : "token:\(id)" }

  /// - Parameters:
  ///   - time: nanoseconds since 1970; what expires later stands until then.
  ///   - isPrevious: whether it came with the login's previous password.
  public init(_ authorization: Authorization, at time: Int64 = WallClock.system(), isPrevious: Bool = false) {
    kind = .login
    id = authorization.id
    userName = authorization.token
    organizationID = authorization.organizationID
    permissions = authorization.permissions
    revision = authorization.revision
    expiresAt = authorization.standsUntil(at: time)
    usesPreviousPassword = isPrevious
  }

  /// The same holder with other permissions, to find out which of them is the one that counts.
  public func holding(_ permissions: [Permission]) -> Principal { Principal(self, permissions) }

  private init(_ principal: Principal, _ permissions: [Permission]) {
    kind = principal.kind
    id = principal.id
    userName = principal.userName
    organizationID = principal.organizationID
    self.permissions = permissions
    revision = principal.revision
    expiresAt = principal.expiresAt
    usesPreviousPassword = principal.usesPreviousPassword
  }

  /// Whether `action` on a database could be permitted, whatever the directory came to know of it.
  ///
  /// - Parameters:
  ///   - retentionPolicy: nil for the default one, which may be any.
  ///   - throughAnyMapping: whether a mapping of these names may lead to any bucket, as in 2.x.
  public func mayReach(
    _ action: Action, database: String, retentionPolicy: String?, throughAnyMapping: Bool
  ) -> Bool {
    PermissionMatch(
      action, bucketOf: organizationID, database: database, retentionPolicy: retentionPolicy
    ).couldBeMet(by: permissions, throughAnyMapping: throughAnyMapping)
  }

  public init(_ token: APIToken) {
    kind = .token
    id = token.id
    userName = ""
    organizationID = token.organizationID
    permissions = token.permissions
    revision = token.revision
    expiresAt = token.expiresAt
    usesPreviousPassword = false
  }
}
