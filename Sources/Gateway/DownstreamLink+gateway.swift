// What an exchange needs of its event loop: decisions, connections to the upstream, other threads, and accounts.

import Access
import Decision
import Formats
import HTTP
import JSON
import ManagementAPI
import Observation
import Threading
import Transport
import Upstream

extension DownstreamLink: ExchangeHost {
  // MARK: Deciding

  var limits: GatewayLimits { gateway.settings.limits }
  var timeouts: GatewayTimeouts { gateway.settings.timeouts }
  var dialect: Dialect { gateway.settings.dialect }
  var version: String? { gateway.gatekeeper.status.version }
  var generations: Generations { gateway.gatekeeper.generations }

  func judge(_ view: RequestView, _ pending: inout PendingDecision, _ notes: inout DecisionNotes) -> Verdict {
    let verdict = gateway.gatekeeper.judge(view, &pending, memo: &memo, notes: &notes)
    if notes.holder != nil { admit() }
    return verdict
  }

  func objection(to request: UpstreamRequest, _ decidedUnder: inout Generations) -> Refusal? {
    gateway.gatekeeper.objection(to: request, &decidedUnder)
  }

  func wantsPretty(_ view: RequestView, _ pending: PendingDecision) -> Bool {
    gateway.gatekeeper.wantsPretty(view, pending)
  }

  // MARK: The upstream's side

  func lease(_ claim: UpstreamClaim) -> UpstreamConnection? {
    guard let connection else { return nil }
    return gateway.pool.lease(for: connection, claim)
  }

  func cancelLease() { if let connection { gateway.pool.cancelWait(of: connection) } }

  var scratch: Scratch { gateway.loop.scratch }

  // MARK: Who is asked

  /// Goes on in the loop's thread, in an event of the connection's own.
  private func resumption<Value: Sendable>(_ then: @escaping (Value) -> Void) -> Resumption<Value> {
    gateway.loop.resumption { [self] (value: Value) in turn { then(value) } }
  }

  private func turn(_ work: () -> Void) { if let connection { connection.turn(work) } else { work() } }

  func verify(_ verification: PendingVerification, _ then: @escaping (AuthenticationOutcome) -> Void) {
    let shared = gateway.shared
    let resume = resumption { (result: VerificationResult) in
      then(shared.authenticator.conclude(verification, result, snapshot: shared.authorizations.value))
    }
    let settled = shared.authenticator.start(
      verification, snapshot: shared.authorizations.value, now: shared.clock(), isFresh: !hasFailedLogIn
    ) { resume($0) }
    if let settled {
      resume.cancel(in: gateway.loop)
      // In an event of its own, as every other outcome.
      later { then(settled) }
    }
  }

  func ask(_ inquiry: DirectoryInquiry, _ then: @escaping ([DirectoryQuestion: DirectoryReading]) -> Void) {
    let resume = resumption(then)
    gateway.shared.services.ask(inquiry) { resume($0) }
  }

  func manage(_ call: ManagementCall, _ then: @escaping (ManagementAnswer) -> Void) {
    let resume = resumption(then)
    gateway.shared.services.manage(call) { resume($0) }
  }

  func makePiece(_ rest: AnswerRest, _ then: @escaping (AnswerRest.Piece) -> Void) {
    let resume = resumption(then)
    rest.next { resume($0) }
  }

  func filter(
    _ answer: [UInt8], by filter: AnswerFilter, _ form: AnswerForm, _ then: @escaping (LocalAnswer?) -> Void
  ) {
    let resume = resumption(then)
    gateway.shared.services.offload { resume(filter.filtered(answer, form)) }
  }

  func later(_ then: @escaping () -> Void) {
    let resume = resumption { (_: Bool) in then() }
    resume(true)
  }

  var keptForFilters: Int {
    get { gateway.keptForFilters }
    set { gateway.keptForFilters = newValue }
  }

  // MARK: Accounts

  var instant: Instant { .now }
  var now: Instant { gateway.loop.now }

  func admit() {
    guard case .stranger = standing, let connection else { return }
    gateway.admit(connection)
  }

  func noteCredential(_ token: UpstreamToken, isAccepted: Bool) {
    gateway.shared.authenticator.recordUpstream(token, isAccepted: isAccepted, now: gateway.shared.clock())
  }

  func note(_ refusal: Refusal) {
    gateway.metrics.recordRefusal(refusal.kind.metric)
    if refusal.kind == .unauthenticated { hasFailedLogIn = true }
    guard facts.isOfManagement else { return }
    gateway.shared.services.noteRefusal(
      RefusedCall(
        ManagementCall(method: facts.method, path: facts.path, source: client.address), status: refusal.status,
        reason: refusal.message.prefixOfBytes(AnswerDialect.longestText)))
  }

  func note(_ failure: UpstreamFailure) {
    gateway.metrics.recordUpstreamFailure(failure.metric)
    switch failure.kind {
    case .unreachable, .handshake, .credentialRefused: gateway.noteTrouble()
    case .reset, .malformed, .unreadable, .answerTooLarge, .timedOut, .exhausted, .redirected: break
    }
    gateway.shared.failures?.note(
      reason: failure.detail, upstream: facts.upstreamAuthority, path: facts.path, now: now)
  }

  func record() {
    let facts = facts
    if let holder = facts.notes.holder {
      gateway.uses.note(holder, isPrevious: facts.notes.usesPreviousPassword)
    }
    let now = instant
    gateway.metrics.recordRequest(facts.kind, status: facts.status, duration: (now - facts.startedAt).microseconds)
    gateway.accessLog?.append(facts.record(client: client, listener: listener, at: now))
  }
}

extension UpstreamFailure {
  var metric: UpstreamFailureKind {
    switch kind {
    case .unreachable: .connect
    case .handshake: .tls
    case .reset: .closed
    case .malformed, .unreadable, .answerTooLarge, .redirected: .malformed
    case .timedOut, .exhausted: .timedOut
    case .credentialRefused: .credential
    }
  }
}
