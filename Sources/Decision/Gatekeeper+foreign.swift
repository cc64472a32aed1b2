// Traffic that is none of gatehouse's own kinds: passed through with the client's own credential, or not served.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  /// The verdict on `.directory` and `.other`, or nil for routes that gatehouse decides itself.
  ///
  /// What becomes of a credential hangs on its form alone, never on whether it is known here: who may not know which
  /// names there are learns nothing from the answer, nor from the time that it takes. A name with a password is verified
  /// here, and a token of our form is ours. A right one never goes upstream.
  func judgeForeign(
    _ route: Route, _ view: RequestView, _ credential: Credential, _ progress: Progress, notes: inout DecisionNotes
  ) throws(Interruption) -> Verdict? {
    let isPassing = view.client.services.contains(.data) && isPassedThrough(view.path)
    switch route {
    case .directory, .other: break
    case .flux, .deletion:
      // Of the upstream's own tokens and sessions the upstream judges.
      guard settings.dialect == .influxDB2, isPassing, !hasOurForm(credential) else { return nil }
    default: return nil
    }
    var token: UpstreamToken?
    switch credential {
    case .refused(.ambiguous): throw refuse(.ambiguous, .unreadable, view)
    case .token(let text, _) where TokenSecret.hasForm(text):
      guard route == .directory else { throw .refuse(notForOurs) }
      guard view.client.services.contains(.management) else { throw .refuse(.notFound) }
      return try manage(view, progress)
    case .login(let name, let password):
      // Where nothing is there is nothing to find out.
      guard isPassing || route == .directory else { throw .refuse(.notFound) }
      let outcome = try outcome(of: credential, view, progress, notes: &notes)
      switch outcome {
      case .refused(_, let cause) where cause.isOfStranger && isPassing && upstreamTakesLogin(view.path):
        token = sources.authenticator.presented(name: name, password: password, source: view.client.source)
      case .upstreamToken(let unknown) where isPassing && upstreamTakesLogin(view.path): token = unknown
      case .upstreamToken(let unknown): throw refuse(unknown.refusal, .unknownToken, view)
      default:
        _ = try identity(of: outcome, view, notes: &notes)
        throw .refuse(notForOurs)
      }
    case .token where isPassing:
      switch try outcome(of: credential, view, progress, notes: &notes) {
      case .upstreamToken(let unknown): token = unknown
      case .throttled(let seconds): _ = try identity(of: .throttled(retryAfterSeconds: seconds), view, notes: &notes)
      // 1.x, where somebody has opened paths, judges whatever it gets.
      default: break
      }
    case .token, .none, .refused: break
    }
    guard isPassing else {
      // In front of 1.x there is nobody else whose token this could be.
      if route == .directory, view.client.services.contains(.management) { return try manage(view, progress) }
      throw .refuse(.notFound)
    }
    return .forward(passing(view, token, provesCredential: route != .other || view.path.equals(Self.signIn)))
  }

  /// Whether what passes through may make or change buckets or mappings.
  private func changesDirectory(_ view: RequestView) -> Bool {
    guard settings.dialect == .influxDB2, view.head.method != .get, view.head.method != .head else { return false }
    return ["/api/v2/buckets", "/api/v2/dbrps", "/api/v2/orgs"].contains {
      view.path.prefix($0.utf8.count).elementsEqual($0.utf8)
    }
  }

  /// The request as it came but for a credential in its URL: no `u` and `p` ever leave.
  private func passing(
    _ view: RequestView, _ token: UpstreamToken?, provesCredential: Bool
  ) -> UpstreamRequest {
    let target = PassedTarget(path: view.path, query: view.head.query.map { view.bytes[bytes: $0] })
    return UpstreamRequest(
      passing: RequestLine(view.head.method, methodText: view.bytes[bytes: view.head.methodRange], target: target),
      judged: token, provesCredential: provesCredential, hop: view.client.hop, settings: settings,
      isRepeatable: view.head.method == .get || view.head.method == .head,
      changes: changesDirectory(view) ? [.everything] : [])
  }

  func isPassedThrough(_ path: UnsafeRawBufferPointer) -> Bool {
    switch settings.other {
    case .passThrough: true
    case .deny: false
    case .paths(let paths): paths.contains { path.elementsEqual($0) }
    }
  }

  /// Whether a name and password that are not ours may be the upstream's: a path that somebody opened in front of 1.x, or
  /// the one at which users of 2.x begin a session. Elsewhere 2.x takes none.
  private func upstreamTakesLogin(_ path: UnsafeRawBufferPointer) -> Bool {
    settings.dialect == .influxDB1 || path.equals(Self.signIn)
  }

  private static let signIn: StaticString = "/api/v2/signin"

  /// What a login or token of ours is told where it has no business.
  private var notForOurs: Refusal {
    settings.dialect == .influxDB1 ? .notFound : .denied("not permitted with this credential")
  }

  private func hasOurForm(_ credential: Credential) -> Bool {
    switch credential {
    case .token(let text, _): TokenSecret.hasForm(text)
    case .login: true
    case .none, .refused: false
    }
  }
}
