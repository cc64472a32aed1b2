// Traffic that is none of gatehouse's own kinds: passed through with the client's own credential, or not served.

import Access
import Authorizations
import Formats
import HTTP

/// Judges a request at a path that is not decided here, or whose token only the upstream knows.
///
/// What becomes of a credential hangs on its form alone, never on whether it is known here: who may not know which
/// names there are learns nothing from the answer, nor from the time that it takes. A name with a password is verified
/// here, and a token of our form is ours. A right one never goes upstream.
struct ForeignTraffic {
  let view: RequestView
  let check: CredentialCheck
  let pending: PendingDecision
  let state: DecisionState

  /// Whether an endpoint of ours leaves this request to the upstream: of the upstream's own tokens and sessions the
  /// upstream judges.
  func takes(_ endpoint: Endpoint, _ credential: Credential) -> Bool {
    endpoint.foreignTokens == .passedThrough && dialect.hasOwnTokens && isPassing && !hasOurForm(credential)
  }

  /// - Parameter isDirectory: whether it is a path of the directory, which tokens of ours may read here.
  func verdict(
    on sender: inout Sender, isDirectory: Bool, provesCredential: Bool, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Verdict {
    let isPassing = isPassing
    if isPassing { try requireOneReading(of: sender) }
    var token: UpstreamToken?
    switch sender.credential {
    case .refused(.ambiguous): throw CredentialCheck.refusal(.ambiguous, .unreadable, view, state)
    case .token(let text, _) where TokenSecret.hasForm(text):
      guard isDirectory else { throw .refuse(notForOurs) }
      guard view.client.services.contains(.management) else { throw .refuse(.notFound) }
      return handOver
    case .login(let name, let password):
      // Where nothing is there is nothing to find out.
      guard isPassing || isDirectory else { throw .refuse(.notFound) }
      let outcome = try check.outcome(of: &sender, view, pending, state, notes: &notes)
      switch outcome {
      case .refused(_, let cause) where cause.isOfStranger && isPassing && upstreamTakesLogin:
        token = check.authenticator.presented(name: name, password: password, source: view.client.source)
      case .upstreamToken(let unknown) where isPassing && upstreamTakesLogin: token = unknown
      case .upstreamToken(let unknown):
        throw CredentialCheck.refusal(unknown.refusal, .unknownToken, view, state)
      default:
        _ = try check.identity(of: outcome, view, state, notes: &notes)
        throw .refuse(notForOurs)
      }
    case .token where isPassing:
      switch try check.outcome(of: &sender, view, pending, state, notes: &notes) {
      case .upstreamToken(let unknown): token = unknown
      case .throttled(let seconds):
        _ = try check.identity(of: .throttled(retryAfterSeconds: seconds), view, state, notes: &notes)
      // 1.x, where somebody has opened paths, judges whatever it gets.
      default: break
      }
    case .token, .none, .refused: break
    }
    guard isPassing else {
      // In front of 1.x there is nobody else whose token this could be.
      if isDirectory, view.client.services.contains(.management) { return handOver }
      throw .refuse(.notFound)
    }
    return .forward(passing(token, provesCredential: provesCredential || view.path.equals(Self.signIn)))
  }

  /// Nothing is passed on whose credential others may read otherwise than it was read here: one that is known here could
  /// leave as what nobody recognized.
  private func requireOneReading(of sender: Sender) throws(EarlyEnd) {
    let values = sender.parameters.readable
    let isInURL = !(values["u"] ?? []).isEmpty || !(values["p"] ?? []).isEmpty
    if isInURL, view.head.authorization != nil {
      throw .refuse(.malformed("a credential in the URL and another in Authorization"))
    }
    if case .refused(let reason) = sender.credential {
      throw CredentialCheck.refusal(reason, .unreadable, view, state)
    }
  }

  private var dialect: Dialect { state.settings.dialect }

  private var handOver: Verdict { ManagementHandOver(view: view, pending: pending, state: state).verdict() }

  private var isPassing: Bool { state.settings.passes(view) }

  /// Whether what passes through may make or change buckets or mappings.
  private var changesDirectory: Bool {
    guard dialect.hasAPI2, view.head.method != .get, view.head.method != .head else { return false }
    return ["/api/v2/buckets", "/api/v2/dbrps", "/api/v2/orgs"].contains {
      view.path.prefix($0.utf8.count).elementsEqual($0.utf8)
    }
  }

  /// The request as it came but for a credential in its URL: no `u` and `p` ever leave.
  private func passing(_ token: UpstreamToken?, provesCredential: Bool) -> UpstreamRequest {
    let target = PassedTarget(path: view.path, query: view.head.query.map { view.bytes[bytes: $0] })
    return UpstreamRequest(
      passing: RequestLine(view.head.method, methodText: view.bytes[bytes: view.head.methodRange], target: target),
      judged: token, provesCredential: provesCredential, hop: view.client.hop, settings: state.settings,
      isRepeatable: view.head.method == .get || view.head.method == .head,
      changes: changesDirectory ? [.everything] : [])
  }

  /// Whether a name and password that are not ours may be the upstream's: a path that somebody opened in front of 1.x, or
  /// the one at which users of 2.x begin a session. Elsewhere 2.x takes none.
  private var upstreamTakesLogin: Bool { !dialect.hasAPI2 || view.path.equals(Self.signIn) }

  private static let signIn: StaticString = "/api/v2/signin"

  /// What a login or token of ours is told where it has no business.
  private var notForOurs: Refusal {
    dialect.hasAPI2 ? .denied("not permitted with this credential") : .notFound
  }

  private func hasOurForm(_ credential: Credential) -> Bool {
    switch credential {
    case .token(let text, _): TokenSecret.hasForm(text)
    case .login: true
    case .none, .refused: false
    }
  }
}

extension GatewaySettings {
  /// Whether a request may pass through to the upstream, undecided.
  func passes(_ view: RequestView) -> Bool { view.client.services.contains(.data) && passesThrough(view.path) }

  private func passesThrough(_ path: UnsafeRawBufferPointer) -> Bool {
    switch other {
    case .passThrough: true
    case .deny: false
    case .paths(let paths): paths.contains { path.elementsEqual($0) }
    }
  }
}
