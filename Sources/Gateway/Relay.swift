// The response of the upstream on its way to the client.

import Decision
import HTTP
import Upstream

/// Takes the events of an exchange that concern the response, and returns what the exchange has to do next. Owns the
/// connection that the response comes on. The same object serves the responses to one client that follow each other.
final class Relay<Host: ExchangeHost> {
  typealias Lease = Host.Lease

  enum State {
    case none
    /// The response is kept back, to be read here first.
    case gathering(UpstreamRequest, Lease)
    /// It is being read, on another thread.
    case filtering(UpstreamRequest)
    case relaying(UpstreamRequest, Lease)
    /// The end of the response waits for the directory.
    case holdingEnd(UpstreamRequest, end: [UInt8])
  }

  let host: Host
  var state = State.none
  /// The state that the request was permitted under.
  private var decidedUnder = Generations.none
  /// What was kept back so far.
  var kept: [UInt8] = []
  /// Bytes of it that count towards what the loop keeps of answers.
  var keptForFilter = 0

  init(host: Host) { self.host = host }

  /// Lets go of the connection, which is never used again.
  func drop() {
    switch state {
    case .gathering(_, let lease), .relaying(_, let lease): lease.abandon()
    case .none, .filtering, .holdingEnd: break
    }
    state = .none
  }

  /// The exchange is over.
  func forget() {
    releaseKept()
    state = .none
    kept.release()
  }

  // MARK: The response

  /// The head, with the first piece of the body.
  func begin(
    _ head: UpstreamResponseHead, _ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest,
    _ lease: Lease, decidedUnder: Generations
  ) -> ExchangeStep {
    self.decidedUnder = decidedUnder
    let status = head.decoder.status
    let mayBeFlux = request.mayFindFluxOff && status == 403
    if !mayBeFlux, let failure = refused(status, request) {
      // Where the response has ended all the same, the connection is another's by now.
      if !isComplete { lease.abandon() }
      return host.fail(failure)
    }
    if mayBeFlux || (request.filter != nil && status == 200) {
      state = .gathering(request, lease)
      return gather(piece, isComplete: isComplete, request)
    }
    host.facts.status = status
    state = .relaying(request, lease)
    host.receive(.ahead)
    return pass(head, piece, isComplete: isComplete, request, lease)
  }

  /// More of the body.
  func received(_ lease: Lease, _ piece: UnsafeRawBufferPointer, isComplete: Bool) -> ExchangeStep {
    switch state {
    case .relaying(let request, let own) where own === lease:
      pass(nil, piece, isComplete: isComplete, request, lease)
    case .gathering(let request, let own) where own === lease:
      gather(piece, isComplete: isComplete, request)
    default: .goesOn
    }
  }

  private func pass(
    _ head: UpstreamResponseHead?, _ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest,
    _ lease: Lease
  ) -> ExchangeStep {
    host.facts.bytesOut += piece.count
    let isHeld = isComplete && !request.changes.isEmpty && holdsEnd
    switch host.relay(head, to: request, piece, isComplete: isComplete, isHeld: isHeld) {
    case .overflow: return breakOff(because: .doesNotFit)
    case .held(let end):
      state = .holdingEnd(request, end: end)
      return .ask(DirectoryInquiry(request.changes, for: nil, followsChange: true))
    case .sent:
      if isComplete { return finish() }
      if host.isCongested {
        lease.readsResponse = false
        host.awaitTaking()
      }
      return .goesOn
    }
  }

  private func finish() -> ExchangeStep {
    host.facts.endUpstream(at: host.instant)
    // Where the client is gone the write was carried to its end all the same.
    return .end(isAnswered: !host.isGone)
  }

  /// Fails, letting go of the connection unless the response has ended all the same, so that it is another's by now.
  func give(up failure: UpstreamFailure, isComplete: Bool) -> ExchangeStep {
    if isComplete { state = .none } else { drop() }
    return host.fail(failure)
  }

  /// What the upstream says to the gateway's own credential is no business of the client's; nor is where it would have
  /// what was decided here go.
  private func refused(_ status: Int, _ request: UpstreamRequest) -> UpstreamFailure? {
    if (300..<400).contains(status), !request.carriesAllFields {
      return UpstreamFailure(.redirected(status), .receiving)
    }
    switch request.authority {
    case .permit:
      return status == 401 || status == 403 ? UpstreamFailure(.credentialRefused(status), .receiving) : nil
    case .client:
      if let token = request.upstreamToken, let isAccepted = request.acceptsCredential(status) {
        host.noteCredential(token, isAccepted: isAccepted)
        if isAccepted, (200..<300).contains(status) { host.admit() }
      }
      return nil
    }
  }

  /// Whether the last piece of an answer that changed the directory has to wait. Who has it may rely on it: the next
  /// request, on whatever connection, is decided by a directory that knows what this one changed.
  private var holdsEnd: Bool { (200..<300).contains(host.facts.status) && !host.isGone }

  /// Sends what was kept. Where its time was over before the reading came, this finds nothing any more.
  func releaseEnd() -> ExchangeStep {
    guard case .holdingEnd(_, let end) = state else { return .goesOn }
    host.clearDeadline()
    host.writeHeld(end)
    return finish()
  }

  // MARK: From the client's side

  /// Everything written has left, after it had piled up.
  func clientTook() {
    guard case .relaying(_, let lease) = state else { return }
    host.clearDeadline()
    lease.readsResponse = true
  }

  /// The client will not send more: see `Forwarding`.
  func clientLeft() -> ExchangeStep {
    if let request, !request.endsWithClient { return .goesOn }
    return .abandon(because: .clientLeft)
  }

  /// Its deadline has passed.
  func expire() -> ExchangeStep {
    switch state {
    case .holdingEnd: host.takesOn() ? .goesOn : releaseEnd()
    case .relaying: host.takesOn() ? .goesOn : breakOff(because: .clientLeft)
    case .none, .gathering, .filtering: .abandon(because: .clientLeft)
    }
  }

  // MARK: Ends that others bring about

  private var request: UpstreamRequest? {
    switch state {
    case .gathering(let request, _), .filtering(let request), .relaying(let request, _), .holdingEnd(let request, _):
      request
    case .none: nil
    }
  }

  /// Whether the client has a part of the answer. It then ends by a reset, which says that it is not whole.
  private var hasBegun: Bool {
    switch state {
    case .relaying, .holdingEnd: true
    case .none, .gathering, .filtering: false
    }
  }

  var yieldsToOthers: Bool { request?.endsWithClient ?? false }

  /// The time for draining is over.
  func cutOff() -> ExchangeStep { hasBegun ? .cut(because: .shutDown) : .abandon(because: .shutDown) }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() -> ExchangeStep {
    guard let request, let refusal = host.objection(to: request, &decidedUnder) else { return .goesOn }
    if hasBegun {
      host.facts.notes.reason = "the credential or its right was revoked"
      return .cut(because: .noted)
    }
    // Whole at the upstream: a write may be done already.
    return request.endsWithClient ? .refuse(refusal) : .goesOn
  }

  /// Others wait for a connection and hold less.
  func reclaimed(_ lease: Lease) -> ExchangeStep {
    switch state {
    case .relaying(_, let own) where own === lease:
      host.facts.notes.reason = "the upstream was kept waiting while others waited for it"
      return .cut(because: .noted)
    case .gathering(_, let own) where own === lease: return .refuse(.endedForOthers)
    default:
      lease.abandon()
      return .goesOn
    }
  }

  /// There will be no more of the response; the connection is no longer ours.
  func lost(_ failure: UpstreamFailure) -> ExchangeStep {
    let hadBegun = hasBegun
    state = .none
    guard hadBegun else { return host.fail(failure) }
    host.noteEnd(by: failure)
    return breakOff(because: .noted)
  }

  /// The client must not take what it has for the whole: in HTTP/1.0 a close would say so.
  private func breakOff(because reason: EarlyReason) -> ExchangeStep {
    host.spoil(always: false)
    return .abandon(because: reason)
  }
}
