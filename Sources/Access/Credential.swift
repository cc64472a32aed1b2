// What a request offers as proof of who sends it, as read from its head; nothing here has been checked.

/// A credential as presented. Its secrets are bytes, because a client may send any, and are never described.
public enum Credential: Sendable, Equatable {
  /// Nothing that could be a credential.
  case none
  /// A v1 user name, never empty, and a password, possibly empty.
  case login(name: [UInt8], password: [UInt8])
  /// An API token without a name beside it, never empty. `unknown` is what a 1.x server answers to it.
  case token([UInt8], unknown: CredentialRefusal)
  /// Something was offered that cannot be used.
  case refused(CredentialRefusal)
}

/// Why a credential is refused: each has an answer of its own in the dialect of InfluxDB 1.12.4 (recorded).
public enum CredentialRefusal: Sendable, Hashable, CaseIterable {
  /// Absent, or in none of the known forms: 401 `unable to parse authentication credentials`.
  case unparsable
  /// A login with an empty name: 401 `username required`.
  case nameMissing
  /// `Bearer` with something that is not a token of ours: 401 `bearer auth disabled`.
  case bearerDisabled
  /// Unknown name, wrong password, no password set, or inactive; alike on purpose: 401 `authorization failed`.
  case failed
  /// More than one `Authorization` field; the servers read the first, gatehouse refuses the ambiguity: 400.
  case ambiguous

  /// The text that InfluxDB 1.12.4 answers; for `ambiguous`, our own.
  public var message: String {
    switch self {
    case .unparsable: "unable to parse authentication credentials"
    case .nameMissing: "username required"
    case .bearerDisabled: "bearer auth disabled"
    case .failed: "authorization failed"
    case .ambiguous: "more than one Authorization field"
    }
  }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Names the kind alone, so that no secret reaches a log by way of a description.
  public var description: String {
    switch self {
    case .none: "none"
    case .login: "login"
    case .token: "token"
    case .refused(let reason): "refused(\(reason))"
    }
  }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
