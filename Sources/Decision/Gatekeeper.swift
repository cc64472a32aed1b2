// Decides what becomes of a request: the phases before forwarding, in the one order that is safe.

import Access
import Authorizations
import Formats
import HTTP
import ManagementAPI
import Threading

/// One per event loop. Looks at requests and at what was published; touches no socket and waits for nothing.
public final class Gatekeeper {
  private let sources: DecisionSources
  private let check: CredentialCheck
  private(set) var state: DecisionState
  /// Decisions on queries, whichever connection they came on.
  private(set) var decisions = DecisionCache()

  public init(_ sources: DecisionSources) {
    self.sources = sources
    check = CredentialCheck(authenticator: sources.authenticator, clock: sources.clock)
    state = DecisionState(sources)
  }

  /// Of the state that was taken last.
  public var generations: Generations { state.generations }
  public var status: UpstreamStatus { state.status }

  /// route → read → authenticate → understand → authorize → rebuild.
  ///
  /// - Parameters:
  ///   - pending: what is known from earlier looks at the same request; what a later one needs is kept in it.
  ///   - memo: of the connection that the request came on.
  ///   - notes: what the record will say of the decision.
  public func judge(
    _ view: RequestView, _ pending: inout PendingDecision, memo: inout DecisionMemo, notes: inout DecisionNotes
  ) -> Verdict {
    takePublished()
    let state = state
    if pending.body == nil, let request = memo.recall(view, state.generations, notes: &notes) {
      return .forward(request)
    }
    do throws(EarlyEnd) {
      var head: SettledHead
      if let settled = pending.settled { head = settled } else { head = SettledHead(route: try Route.admitted(view)) }
      let verdict: Verdict
      do throws(EarlyEnd) {
        verdict = try judge(view, &head, pending, state, memo: &memo, notes: &notes)
      } catch {
        verdict = Verdict(error)
      }
      switch verdict {
      case .needsBody, .verify, .ask: pending.settled = head
      case .forward, .answer, .refuse, .manage: break
      }
      return verdict
    } catch {
      return Verdict(error)
    }
  }

  private func judge(
    _ view: RequestView, _ head: inout SettledHead, _ pending: PendingDecision, _ state: DecisionState,
    memo: inout DecisionMemo, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Verdict {
    switch head.route {
    case .endpoint(let endpoint):
      switch endpoint.treatment {
      case .open(let answer):
        try endpoint.requireMethod(view, state.settings.dialect)
        return .answer(try answer(state, sources, view))
      case .data: return try judge(endpoint, view, &head, pending, state, memo: &memo, notes: &notes)
      }
    case .management: return ManagementHandOver(view: view, pending: pending, state: state).verdict()
    case .directory: return try judgeDirectory(view, &head, pending, state, notes: &notes)
    case .other:
      if let verdict = Discovery.openVerdict(view, state) { return verdict }
      var sender = head.sender ?? Sender(view)
      defer { head.sender = sender }
      return try foreign(view, pending, state)
        .verdict(on: &sender, isDirectory: false, provesCredential: false, notes: &notes)
    case .closed, .undecodable: return .refuse(.notFound)
    }
  }

  /// A revoked credential is refused from the next request on: what was published since is taken before anything else.
  private func takePublished() {
    if !state.isCurrent(sources) { state = DecisionState(sources) }
  }

  private func foreign(_ view: RequestView, _ pending: PendingDecision, _ state: DecisionState) -> ForeignTraffic {
    ForeignTraffic(view: view, check: check, pending: pending, state: state)
  }

  private func judgeDirectory(
    _ view: RequestView, _ head: inout SettledHead, _ pending: PendingDecision, _ state: DecisionState,
    notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Verdict {
    var sender = head.sender ?? Sender(view)
    defer { head.sender = sender }
    if Discovery.asksForBuckets(view, sender.credential, state) {
      let outcome = try check.outcome(of: &sender, view, pending, state, notes: &notes)
      if case .principal(let principal) = try check.identity(of: outcome, view, state, notes: &notes) {
        let handOver = ManagementHandOver(view: view, pending: pending, state: state)
        let verdict = handOver.verdict(for: .login(permissions: principal.permissions))
        if case .manage = verdict { return verdict }
      }
    }
    return try foreign(view, pending, state)
      .verdict(on: &sender, isDirectory: true, provesCredential: true, notes: &notes)
  }

  // MARK: Data

  private func judge(
    _ endpoint: Endpoint, _ view: RequestView, _ head: inout SettledHead, _ pending: PendingDecision,
    _ state: DecisionState, memo: inout DecisionMemo, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Verdict {
    var sender = head.sender ?? Sender(view)
    defer { head.sender = sender }
    if endpoint.foreignTokens == .passedThrough {
      let foreign = foreign(view, pending, state)
      if foreign.takes(endpoint, sender.credential) {
        return try foreign.verdict(on: &sender, isDirectory: false, provesCredential: true, notes: &notes)
      }
    }
    let outcome = try check.outcome(of: &sender, view, pending, state, notes: &notes)
    let context = RequestContext(
      view: view, parameters: sender.parameters,
      identity: try check.identity(of: outcome, view, state, notes: &notes), pending: pending, state: state)
    let request: UpstreamRequest
    switch try understand(endpoint, context, notes: &notes) {
    case .local(let answer): return .answer(answer)
    case .known(let permitted):
      request = UpstreamRequest(permitted, hop: view.client.hop, settings: state.settings)
    case .foreign(let data):
      // Whoever is known here has a permit or none.
      guard case .upstreamToken(let token) = context.identity else { throw .refuse(.notFound) }
      request = carried(data, token, context)
    case .data(let data): request = try rebuild(data, context)
    }
    if pending.body == nil { memo.remember(request, for: view, state.generations, notes: notes) }
    return .forward(request)
  }

  func understand(
    _ endpoint: Endpoint, _ context: RequestContext, notes: inout DecisionNotes
  ) throws(EarlyEnd) -> Understanding {
    let dialect = context.dialect
    guard context.state.status.hasDirectory else { throw .refuse(.unavailable("the directory is not loaded yet")) }
    if case .principal(let principal) = context.identity { try context.state.requireServed(principal) }
    guard case .data(let understand) = endpoint.treatment,
      endpoint.availability == .always || dialect.hasPrometheus
    else { throw .refuse(.notFound) }
    if endpoint.foreignTokens == .passedThrough, case .upstreamToken(let token) = context.identity {
      // It has no business at a path that is not passed through. As a password it came with a name, and is refused as any
      // wrong one.
      throw token.isPassword
        ? CredentialCheck.refusal(token.refusal, .unknownToken, context.view, context.state) : .refuse(.notFound)
    }
    try endpoint.requireMethod(context.view, dialect)
    return try understand(context, &decisions, &notes)
  }

  /// authorize and rebuild: the only place where a permit meets the gateway's credential.
  func rebuild(_ data: DataRequest, _ context: RequestContext) throws(EarlyEnd) -> UpstreamRequest {
    let (view, state) = (context.view, context.state)
    switch context.identity {
    case .principal(let principal):
      let permitted: PermittedRequest
      do throws(Denial) {
        permitted = PermittedRequest(
          try Authorizer(directory: state.directory, readings: context.pending.policyReadings)
            .permit(data, for: principal))
      } catch {
        try DirectoryNeed(state: state, pending: context.pending).askFirst(error, data.requirements, principal)
        throw data.refuse(error, principal)
      }
      if let key = data.key { decisions.remember(permitted, for: key, state.generations) }
      return UpstreamRequest(permitted, hop: view.client.hop, settings: state.settings)
    case .upstreamToken(let token): return carried(data.forUpstreamToken, token, context)
    }
  }

  private func carried(_ request: CarriedRequest, _ token: UpstreamToken, _ context: RequestContext) -> UpstreamRequest
  {
    UpstreamRequest(
      token, presented: context.view.authorizationValue, request, hop: context.view.client.hop,
      settings: context.state.settings)
  }

  // MARK: For what was decided before

  /// Why a request that was permitted must not go on, or nil.
  ///
  /// - Parameter decidedUnder: the state that it was permitted under; renewed where it still is.
  public func objection(to request: UpstreamRequest, _ decidedUnder: inout Generations) -> Refusal? {
    takePublished()
    return state.objection(to: request, &decidedUnder)
  }

  /// Whether an error is to be said over several lines, where that can be read.
  public func wantsPretty(_ view: RequestView, _ pending: PendingDecision) -> Bool {
    let parameters = URLParameters(view)
    guard pending.body != nil, case .endpoint(let endpoint) = Route(path: view.path), endpoint.kind == .query,
      let values = try? QueryForm(
        view: view, parameters: parameters, sent: pending.body, settings: state.settings
      ).values()
    else { return AnswerForm.isPretty(parameters.readable) }
    return AnswerForm.isPretty(values)
  }
}
