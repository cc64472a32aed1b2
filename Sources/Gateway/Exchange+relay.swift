// The response of the upstream on its way to the client.

import Access
import Decision
import HTTP
import ManagementAPI
import Transport
import Upstream

extension Exchange {
  /// A piece of the response, with its head or without.
  func received(
    _ lease: Lease, _ head: UpstreamResponseHead?, _ piece: UnsafeRawBufferPointer, isComplete: Bool
  ) {
    switch state {
    case .relaying(let request, let own), .awaitingResponse(let request, let own), .streaming(let request, let own):
      guard own === lease else { return }
      guard let head else { return relay(nil, piece, isComplete: isComplete, request, lease) }
      beginResponse(head, piece, isComplete: isComplete, request, lease)
    case .gathering(let request, let own):
      if own === lease { gather(piece, isComplete: isComplete, request, lease) }
    default: break
    }
  }

  private func beginResponse(
    _ head: UpstreamResponseHead, _ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest,
    _ lease: Lease
  ) {
    let status = head.decoder.status
    let mayBeFlux = request.mayFindFluxOff && status == 403
    if !mayBeFlux, let failure = refused(status, request) {
      if isComplete { state = .settling } else { dropUpstream() }
      return fail(failure)
    }
    if mayBeFlux || (request.filter != nil && status == 200) {
      state = .gathering(request, lease)
      return gather(piece, isComplete: isComplete, request, lease)
    }
    facts.status = status
    state = .relaying(request, lease)
    host.receive(.ahead)
    relay(head, piece, isComplete: isComplete, request, lease)
  }

  private func relay(
    _ head: UpstreamResponseHead?, _ piece: UnsafeRawBufferPointer, isComplete: Bool, _ request: UpstreamRequest,
    _ lease: Lease
  ) {
    facts.bytesOut += piece.count
    switch host.relay(
      head, to: request, piece, isComplete: isComplete, isHeld: isComplete && holdsEnd(of: request))
    {
    case .overflow: abandon(because: "the client left")
    case .held(let end): hold(end: end, request)
    case .sent:
      if isComplete {
        finishResponse()
      } else if host.isCongested {
        lease.readsResponse = false
        host.awaitTaking()
      }
    }
  }

  private func finishResponse() {
    facts.endUpstream(at: host.instant)
    // Where the client is gone the write was carried to its end all the same.
    end(isAnswered: !host.isGone)
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

  // MARK: Ends that are held

  /// Whether the last piece of this answer has to wait. Who has an answer may rely on it: the next request, on whatever
  /// connection, is decided by a directory that knows what this one changed.
  private func holdsEnd(of request: UpstreamRequest) -> Bool {
    !request.changes.isEmpty && (200..<300).contains(facts.status) && !host.isGone
  }

  /// Keeps the last bytes of the answer, and asks the upstream what it has now.
  private func hold(end bytes: [UInt8], _ request: UpstreamRequest) {
    state = .holdingEnd(request, end: bytes)
    let begun = facts.startedAt
    host.ask(DirectoryInquiry(request.changes, for: nil, followsChange: true)) { [self] _ in
      if facts.startedAt == begun { releaseEnd() }
    }
    // What was done is told in any case: without the reading the directory is as old as it was.
    host.setDeadline(after: directoryPatience)
  }

  /// Sends what was kept. Where its time was over before the reading came, this finds nothing any more.
  func releaseEnd() {
    guard case .holdingEnd(_, let end) = state else { return }
    host.clearDeadline()
    host.writeHeld(end)
    finishResponse()
  }

  // MARK: Ends that others bring about

  /// Whether it may be ended before its response has begun, where others wait.
  var yieldsToOthers: Bool {
    switch state {
    case .leasing(let request, _), .streaming(let request, _), .awaitingResponse(let request, _),
      .gathering(let request, _), .filtering(let request), .relaying(let request, _), .holdingEnd(let request, _):
      request.endsWithClient
    default: false
    }
  }

  /// Others wait for a connection and hold less.
  func reclaimed(_ lease: Lease) {
    switch state {
    // Where a part of the answer has been sent, a reset says that it is not whole.
    case .relaying(_, let own) where own === lease:
      facts.notes.reason = "the upstream was kept waiting while others waited for it"
      cutAnswer(because: "")
    case .awaitingResponse(_, let own) where own === lease, .gathering(_, let own) where own === lease:
      var refusal = Refusal.unavailable("too many requests are waiting for the upstream")
      refusal.detail = "ended for others, who hold fewer upstream connections"
      refuse(refusal)
    case .streaming(_, let own) where own === lease: refuse(.bodyTooSlow)
    default: lease.abandon()
    }
  }

  /// There will be no response of the upstream, or no more of it; the connection, if there was one, is no longer ours.
  func fail(_ failure: UpstreamFailure) {
    let before = state
    state = .settling
    facts.endUpstream(at: host.instant)
    if let member = failure.member { facts.noteTried(member) }
    host.note(failure, of: facts)
    facts.notes.reason = failure.detail
    switch before {
    case .idle: return
    case .relaying, .holdingEnd:
      // The rest cannot be had, and the client must not take what it has for the whole: in HTTP/1.0 a close would say so.
      host.spoil(always: false)
      return abandon(because: "")
    case .awaitingResponse(let request, _) where failure.mayRepeat && request.isRepeatable:
      if case .possible(let outgoing) = attempt.repetition { return repeatRequest(request, outgoing) }
    default: break
    }
    guard !host.isGone else {
      facts.status = failure.status
      return end(isAnswered: false)
    }
    var refusal = Refusal(status: failure.status, kind: .upstream, message: failure.reason, detail: failure.detail)
    if failure.status == 503 { refusal.retryAfter = 1 }
    refuse(refusal)
  }

  private func repeatRequest(_ request: UpstreamRequest, _ outgoing: [UInt8]) {
    attempt.repetition = .done
    if let lease = host.lease(claim) { return start(request, outgoing, on: lease) }
    awaitLease(request, outgoing: outgoing)
  }
}
