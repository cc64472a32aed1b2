// Why a credential was refused, in words for the log: an answer that told would tell a stranger who is known here.

import Authorizations

/// The cause behind a 401. What a client is told of it is `CredentialRefusal` alone.
public enum RefusalCause: String, Sendable, Hashable, CaseIterable {
  /// Nothing that could be used was offered; `CredentialReader.fault` says what is in the way.
  case unreadable = "not read"
  case unknownLogin = "unknown login"
  case wrongPassword = "wrong password"
  /// The login is there, and nobody has given it a password, or its stored hash is none.
  case noPassword = "the login has no password"
  /// The password was right, as with the next two.
  case inactive = "the login is inactive"
  case expired = "the login has expired"
  case changed = "the login was changed while its password was verified"
  case unknownToken = "unknown token"
  case inactiveToken = "the token is inactive"
  case expiredToken = "the token has expired"

  /// Whether what was presented is none of the secrets that are kept here, be they in use or not.
  public var isOfStranger: Bool {
    switch self {
    case .unknownLogin, .wrongPassword, .noPassword, .unknownToken: true
    case .unreadable, .inactive, .expired, .changed, .inactiveToken, .expiredToken: false
    }
  }

  init(_ token: APIToken) { self = token.status == .active ? .expiredToken : .inactiveToken }
}
