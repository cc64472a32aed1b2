// What became of a credential.

/// The end of an authentication.
public enum AuthenticationOutcome: Sendable {
  case authenticated(Principal)
  /// 401 in the client's dialect (400 for `ambiguous`), alike whatever the cause: that is for the log.
  case refused(CredentialRefusal, RefusalCause)
  /// Not known here, and perhaps the upstream's own token: only where the upstream takes such (2.x, 3.x).
  case upstreamToken(UpstreamToken)
  /// 503 with `Retry-After`: too many failures of this name from this source.
  case throttled(retryAfterSeconds: Int)
  /// 503 with `Retry-After`: too many verifications wait, or none can be made.
  case overloaded
}

/// Either the end, or a verification that has to be made first.
public enum Authentication: Sendable {
  case settled(AuthenticationOutcome)
  /// To be begun with `Authenticator.start`, and ended with `Authenticator.conclude`.
  case pending(PendingVerification)
}

/// A token that only the upstream can judge. Tell `Authenticator.recordUpstream` what it said.
public struct UpstreamToken: Sendable, CustomStringConvertible, CustomReflectable {
  /// What to send to the upstream as `Token <text>`, without any name.
  public let text: [UInt8]
  /// Whether it stood in a password's place; otherwise the `Authorization` field may go on as it came.
  public let isPassword: Bool
  /// What to answer where the upstream is not to be asked after all.
  public let refusal: CredentialRefusal
  let remembered: Digest?
  let attempt: Digest
  let source: SourceAddress
  /// Whether a failure was counted for it already, when it was found to be no password known here.
  var isCounted = false

  /// The text is a secret.
  public var description: String { "<token>" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
