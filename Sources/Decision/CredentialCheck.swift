// read and authenticate: who asks, by the first place of the request that holds a credential.

import Access
import Authorizations
import Formats
import HTTP
import Threading

/// Keeps nothing of a request; the state is the one that the request is judged under.
struct CredentialCheck: Sendable {
  let authenticator: Authenticator
  /// The authenticator's clock.
  let clock: @Sendable () -> Instant

  /// What became of a credential, which is kept with the sender.
  func outcome(
    of sender: inout Sender, _ view: RequestView, _ pending: PendingDecision, _ state: DecisionState,
    notes: inout DecisionNotes
  ) throws(EarlyEnd) -> AuthenticationOutcome {
    if case .login(let name, _) = sender.credential { notes.login = String(decoding: name, as: UTF8.self) }
    if let proven = pending.authentication { return proven }
    // Who does not stand any more as they were let in may be let in as they are now.
    if let settled = sender.outcome, state.stands(settled) { return settled }
    switch authenticator.authenticate(
      sender.credential, source: view.client.source, snapshot: state.snapshot, now: clock())
    {
    case .settled(let settled):
      sender.outcome = settled
      return settled
    case .pending(let verification): throw .verify(verification)
    }
  }

  func identity(
    of outcome: AuthenticationOutcome, _ view: RequestView, _ state: DecisionState, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Identity {
    switch outcome {
    case .authenticated(let principal):
      // A principal that was established while this request waited must still stand.
      guard state.stands(principal) else { throw Self.refusal(.failed, .changed, view, state) }
      notes.login = principal.name
      notes.holder = principal.id
      notes.usesPreviousPassword = principal.usesPreviousPassword
      return .principal(principal)
    case .refused(let reason, let cause): throw Self.refusal(reason, cause, view, state)
    case .upstreamToken(let token): return .upstreamToken(token)
    case .throttled(let seconds):
      throw .refuse(.unavailable("too many failed attempts, try again later", retryAfter: seconds))
    case .overloaded: throw .refuse(.unavailable("too many credentials are being verified, try again"))
    }
  }

  /// The refusal of a credential: the client is told its form alone, and the log the cause.
  static func refusal(
    _ reason: CredentialRefusal, _ cause: RefusalCause, _ view: RequestView, _ state: DecisionState
  ) -> EarlyEnd {
    if reason == .ambiguous { return .refuse(.malformed(reason.message)) }
    var refusal = Refusal.unauthenticated(message(of: reason, state.settings.dialect))
    refusal.detail = "\(reason.message): \(cause == .unreadable ? fault(view) : cause.rawValue)"
    return .refuse(refusal)
  }

  static func message(of refusal: CredentialRefusal, _ dialect: Dialect) -> String {
    guard dialect.errorShape == .code else { return refusal.message }
    return refusal == .unparsable ? "unauthorized access" : "Unauthorized"
  }

  private static func fault(_ view: RequestView) -> String {
    let parameters = URLParameters(view)
    let values = parameters.readable
    if parameters.problem != nil, view.head.authorization == nil { return "the parameters cannot be read" }
    return CredentialReader.fault(
      u: values["u"], p: values["p"], authorization: view.head.authorization.map { Array(view.bytes[bytes: $0]) })
  }
}
