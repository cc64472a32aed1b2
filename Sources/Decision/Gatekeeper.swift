// Decides what becomes of a request: the phases before forwarding, in the one order that is safe.

public import Access
import Authorizations
import HTTP

/// One per event loop. Looks at requests and at what was published; touches no socket and waits for nothing.
public final class Gatekeeper {
  private(set) var settings: GatewaySettings
  let sources: DecisionSources
  private(set) var snapshot: AuthorizationSnapshot
  private(set) var directory: Directory
  /// As it was when a request was last looked at.
  public private(set) var status: UpstreamStatus
  public private(set) var generations = Generations(snapshot: 0, directory: 0)
  /// Decisions on queries, whichever connection they came on.
  var decisions = DecisionCache()
  private var statusGeneration: UInt64 = 0

  public init(_ sources: DecisionSources) {
    self.sources = sources
    settings = sources.settings
    snapshot = sources.authorizations.value
    directory = sources.directory.value
    status = sources.status.value
  }

  /// What is known from earlier attempts at the same request.
  public struct Progress {
    /// How a password verification that this request waited for ended.
    public var authentication: AuthenticationOutcome?
    /// What the upstream was asked on behalf of this request, after it came.
    public var readings: [DirectoryQuestion: DirectoryReading] = [:]
    /// The whole body, where the decision asked for it.
    public var body: [UInt8]?

    public init() {}
  }

  /// route → read → authenticate → understand → authorize → rebuild.
  ///
  /// - Parameters:
  ///   - memo: of the connection that the request came on.
  ///   - notes: what the record will say of the decision.
  public func judge(
    _ view: RequestView, _ progress: Progress, memo: inout DecisionMemo, notes: inout DecisionNotes
  ) -> Verdict {
    takePublished()
    if progress.body == nil, let request = memo.recall(view, generations, notes: &notes) { return .forward(request) }
    do throws(Interruption) {
      let route = try route(view)
      if let answer = try openAnswer(route, view) { return .answer(answer) }
      if route == .management { return try manage(view, progress) }
      if let verdict = judgeOpenForeign(route, view) { return verdict }
      let parameters = URLParameters(view)
      let credential = credential(of: view, parameters)
      if let verdict = try judgeBucketList(route, view, credential, progress, notes: &notes) { return verdict }
      if let verdict = try judgeForeign(route, view, credential, progress, notes: &notes) { return verdict }
      let identity = try identity(of: outcome(of: credential, view, progress, notes: &notes), view, notes: &notes)
      let understanding = try understand(route, view, parameters, identity, progress, notes: &notes)
      let request: UpstreamRequest
      switch understanding {
      case .local(let answer): return .answer(answer)
      case .known(let permitted): request = UpstreamRequest(permitted, hop: view.client.hop, settings: settings)
      case .data(let data): request = try rebuild(data, view, identity, progress)
      }
      if progress.body == nil { memo.remember(request, for: view, generations, notes: notes) }
      return .forward(request)
    } catch {
      switch error {
      case .refuse(let refusal): return .refuse(refusal)
      case .needsBody(let limit): return .needsBody(limit: limit)
      case .verify(let verification): return .verify(verification)
      case .ask(let inquiry): return .ask(inquiry)
      case .answer(let answer): return .answer(answer)
      }
    }
  }

  /// Leaves the phases early, with what is to be done instead.
  enum Interruption: Error {
    case refuse(Refusal)
    case needsBody(limit: Int)
    case verify(PendingVerification)
    case ask(DirectoryInquiry)
    case answer(LocalAnswer)
  }

  /// A revoked credential is refused from the next request on: what was published since is taken before anything else.
  func takePublished() {
    let snapshotGeneration = sources.authorizations.generation
    if snapshotGeneration != generations.snapshot {
      snapshot = sources.authorizations.value
      generations.snapshot = snapshotGeneration
    }
    let directoryGeneration = sources.directory.generation
    if directoryGeneration != generations.directory {
      directory = sources.directory.value
      generations.directory = directoryGeneration
      settings.authorizations = sources.upstreamAuthorizations.value
    }
    let statusGeneration = sources.status.generation
    if statusGeneration != self.statusGeneration {
      status = sources.status.value
      self.statusGeneration = statusGeneration
    }
  }

  // MARK: route

  private func route(_ view: RequestView) throws(Interruption) -> Route {
    if view.head.isAsteriskForm { throw .refuse(.malformed("OPTIONS * is not served")) }
    let route = view.head.path.isEmpty ? Route.closed : Route(path: view.path)
    switch route {
    case .undecodable: throw .refuse(.malformed("the path cannot be decoded"))
    case .closed: throw .refuse(.notFound)
    case .management, .directory:
      guard view.client.services.contains(.management) || route == .directory else { throw .refuse(.notFound) }
    case .ping, .health: break
    case .write, .query, .bucketWrite, .prometheusWrite, .prometheusRead, .flux, .deletion, .other:
      guard view.client.services.contains(.data) else { throw .refuse(.notFound) }
      // Browsers ask without a credential, and get no permission.
      if route != .other, view.head.method == .options { throw .refuse(preflight(view)) }
      // A browser adds a remembered password to what another site makes it send.
      if route.alwaysChanges, view.head.namesSite, view.isCrossSite {
        throw .refuse(.denied("a request of another site may not change anything"))
      }
    }
    return route
  }

  func requireMethod(_ view: RequestView, _ methods: [HTTP.Method], allow: StaticString) throws(Interruption) {
    if methods.contains(view.head.method) { return }
    var refusal = Refusal.methodNotAllowed(allow)
    // As recorded, but for the open endpoints.
    if settings.dialect == .influxDB2, !view.path.equals("/ping"), !view.path.equals("/health") {
      refusal.isPlainText = false
      refusal.message = "allow: \(allow)"
    }
    throw .refuse(refusal)
  }

  private func preflight(_ view: RequestView) -> Refusal {
    view.value(.origin) == nil
      ? .methodNotAllowed(Route(path: view.path) == .query ? "OPTIONS, GET, POST" : "OPTIONS, POST")
      : .denied("cross-origin requests are not permitted")
  }

  // MARK: read and authenticate

  /// Who asks: someone known here, or someone only the upstream can judge.
  enum Identity {
    case principal(Principal)
    case upstreamToken(UpstreamToken)
  }

  private func credential(of view: RequestView, _ parameters: URLParameters) -> Credential {
    let values = parameters.readable
    return CredentialReader.read(
      u: values["u"], p: values["p"], authorization: view.head.authorization.map { Array(view.bytes[bytes: $0]) },
      isRepeated: view.head.authorizationCount > 1)
  }

  func outcome(
    of credential: Credential, _ view: RequestView, _ progress: Progress, notes: inout DecisionNotes
  ) throws(Interruption) -> AuthenticationOutcome {
    if case .login(let name, _) = credential { notes.login = String(decoding: name, as: UTF8.self) }
    if let proven = progress.authentication { return proven }
    switch sources.authenticator.authenticate(
      credential, source: view.client.source, snapshot: snapshot, now: sources.clock())
    {
    case .settled(let settled): return settled
    case .pending(let verification): throw .verify(verification)
    }
  }

  func identity(
    of outcome: AuthenticationOutcome, _ view: RequestView, notes: inout DecisionNotes
  ) throws(Interruption) -> Identity {
    switch outcome {
    case .authenticated(let principal):
      // A principal that was established while this request waited must still stand.
      guard let current = current(principal) else { throw refuse(.failed, .changed, view) }
      notes.login = current.name
      notes.holder = current.id
      notes.usesPreviousPassword = current.usesPreviousPassword
      return .principal(current)
    case .refused(let reason, let cause): throw refuse(reason, cause, view)
    case .upstreamToken(let token): return .upstreamToken(token)
    case .throttled(let seconds):
      throw .refuse(.unavailable("too many failed attempts, try again later", retryAfter: seconds))
    case .overloaded: throw .refuse(.unavailable("too many credentials are being verified, try again"))
    }
  }

  /// The refusal of a credential: the client is told its form alone, and the log the cause.
  func refuse(_ reason: CredentialRefusal, _ cause: RefusalCause, _ view: RequestView) -> Interruption {
    if reason == .ambiguous { return .refuse(.malformed(reason.message)) }
    var refusal = Refusal.unauthenticated(message(of: reason))
    refusal.detail = "\(reason.message): \(cause == .unreadable ? fault(view) : cause.rawValue)"
    return .refuse(refusal)
  }

  private func fault(_ view: RequestView) -> String {
    let parameters = URLParameters(view)
    let values = parameters.readable
    if parameters.problem != nil, view.head.authorization == nil { return "the parameters cannot be read" }
    return CredentialReader.fault(
      u: values["u"], p: values["p"], authorization: view.head.authorization.map { Array(view.bytes[bytes: $0]) })
  }

  func current(_ principal: Principal) -> Principal? {
    if let expiresAt = principal.expiresAt, expiresAt <= WallClock.system() { return nil }
    switch principal.kind {
    case .login:
      guard let login = snapshot.authorizations[principal.id], login.status == .active,
        login.revision == principal.revision
      else { return nil }
    case .token:
      guard let token = snapshot.tokens[principal.id], token.status == .active, token.revision == principal.revision
      else { return nil }
    }
    return principal
  }

  func message(of refusal: CredentialRefusal) -> String {
    guard settings.dialect == .influxDB2 else { return refusal.message }
    return refusal == .unparsable ? "unauthorized access" : "Unauthorized"
  }
}
