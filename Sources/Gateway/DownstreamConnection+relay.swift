// The response of the upstream on its way to the client.

import Synchronization
import Access
import Observation
import Decision
import Formats
import HTTP
import Threading
import Transport
import Upstream

extension DownstreamConnection: UpstreamExchangeHandler {
  func upstreamLeased(_ connection: UpstreamConnection) { turn { leased(connection) } }

  private func leased(_ connection: UpstreamConnection) {
    guard case .leasing = state else { return connection.abandon() }
    // A right may have been lost while this waited.
    if let request, let refusal = gateway.gatekeeper.objection(to: request, &decidedUnder) {
      connection.abandon()
      return refuse(refusal)
    }
    take(connection)
    outgoing.withUnsafeBytes { send($0, on: connection) }
    if requestBody.isComplete || request?.carriesClientBody == false {
      if request?.isRepeatable != true { outgoing.release() }
      awaitResponse(on: connection)
    } else {
      outgoing.release()
      state = .streaming
      sayContinue()
      noteProgress(0, isStart: true)
      passEarly()
    }
  }

  /// What was received before a connection was there.
  private func passEarly() {
    guard let early = unhold(into: gateway.loop.scratch.room) else { return }
    take(early)
    if case .streaming = state, upstream?.isCongested == false { stream?.readsInput = true }
  }

  func upstreamReceived(
    _ connection: UpstreamConnection, head: UpstreamResponseHead?, body piece: UnsafeRawBufferPointer,
    isComplete: Bool
  ) {
    guard connection === upstream else { return }
    turn { relay(connection, head, piece, isComplete: isComplete) }
  }

  private func relay(
    _ connection: UpstreamConnection, _ head: UpstreamResponseHead?, _ piece: UnsafeRawBufferPointer, isComplete: Bool
  ) {
    var writer = ByteWriter(gateway.loop.scratch.head)
    if let head {
      if request?.mayFindFluxOff == true, head.decoder.status == 403 { isFiltering = true }
      if !isFiltering, let failure = refused(head) {
        if isComplete { upstream = nil } else { abandonUpstream() }
        return upstreamFailed(failure)
      }
      if request?.filter != nil, head.decoder.status == 200 { isFiltering = true }
      if !isFiltering { beginResponse(head, piece, isComplete: isComplete, writer: &writer) }
    }
    if isFiltering { return gather(piece, isComplete: isComplete) }
    relay(piece, isComplete: isComplete, writer: &writer)
    if heldEnd != nil { return }
    if isComplete {
      finishResponse()
    } else if let stream, stream.isCongested {
      connection.readsResponse = false
      awaitTaking(stream)
    }
  }

  /// Keeps an answer that is read here first, and answers with what is left of it.
  private func gather(_ piece: UnsafeRawBufferPointer, isComplete: Bool) {
    if request?.mayFindFluxOff == true { return gatherRefusal(piece, isComplete: isComplete) }
    guard let filter = request?.filter, piece.count <= AnswerFilter.maximumBytes - body.count else {
      abandonUpstream()
      return upstreamFailed(UpstreamFailure(.malformed(.headTooLarge), .receiving))
    }
    guard piece.count <= AnswerFilter.maximumBytesKept - gateway.keptForFilters else {
      abandonUpstream()
      return upstreamFailed(UpstreamFailure(.exhausted, .receiving))
    }
    keptForFilter += piece.count
    gateway.keptForFilters += piece.count
    body.append(contentsOf: piece)
    guard isComplete else { return }
    exchange.upstreamEndedAt = .now
    upstream = nil
    let whole = body
    body.release()
    guard whole.count > AnswerFilter.maximumBytesInLoop else { return filtered(filter.filtered(whole, exchange.form)) }
    // Counts until it has been read, whether the client waits for that or not: memory is not free before.
    let kept = keptForFilter
    keptForFilter = 0
    let resume = gateway.loop.resumption { [self] (answer: LocalAnswer?) in
      gateway.keptForFilters -= kept
      turn {
        // The client may have left meanwhile.
        guard case .awaitingResponse = state else { return }
        filtered(answer)
      }
    }
    let form = exchange.form
    gateway.shared.services.offload { resume(filter.filtered(whole, form)) }
  }

  /// - Parameter answer: nil where the upstream's is none that could be read.
  private func filtered(_ answer: LocalAnswer?) {
    releaseKept()
    guard var answer else { return upstreamFailed(UpstreamFailure(.malformed(.malformedStatusLine), .receiving)) }
    let dialect = AnswerDialect(
      upstream: settings.dialect, version: gateway.gatekeeper.status.version, isAPI2: false)
    answer.fields = dialect.common + answer.fields
    respond(answer)
  }

  /// Gives back the loop's share of memory that an answer to be filtered had.
  func releaseKept() {
    guard keptForFilter > 0 else { return }
    gateway.keptForFilters -= keptForFilter
    keptForFilter = 0
  }

  /// What the upstream says to the gateway's own credential is no business of the client's; nor is where it would have
  /// what was decided here go.
  private func refused(_ head: UpstreamResponseHead) -> UpstreamFailure? {
    let status = head.decoder.status
    if (300..<400).contains(status), request?.carriesAllFields == false {
      return UpstreamFailure(.redirected(status), .receiving)
    }
    switch request?.authority {
    case .permit where status == 401 || status == 403: return UpstreamFailure(.credentialRefused(status), .receiving)
    case .client:
      if let token = request?.upstreamToken, let isAccepted = request?.acceptsCredential(status) {
        gateway.shared.authenticator.recordUpstream(token, isAccepted: isAccepted, now: gateway.shared.clock())
        if isAccepted, (200..<300).contains(status) { gateway.admit(self) }
      }
      return nil
    default: return nil
    }
  }

  private func beginResponse(
    _ head: UpstreamResponseHead, _ piece: UnsafeRawBufferPointer, isComplete: Bool, writer: inout ByteWriter
  ) {
    let decoder = head.decoder
    exchange.status = decoder.status
    responseHasBegun = true
    state = .relaying
    outgoing.release()
    // A body that the client has not sent whole can no longer be told from its next request.
    if !requestBody.isComplete || gateway.shared.isDraining.load(ordering: .relaxed) {
      exchange.response.keepsAlive = false
    }
    guard let request else { return }
    exchange.response.writeHead(head, to: request, whole: isComplete ? piece.count : nil, &writer)
  }

  /// Writes the head, where this piece has one, and the payload in one go.
  private func relay(_ piece: UnsafeRawBufferPointer, isComplete: Bool, writer: inout ByteWriter) {
    exchange.bytesOut += piece.count
    let suffix = exchange.response.beginPiece(piece.count, isLast: isComplete, &writer)
    guard !writer.hasOverflowed else { return abandonExchange() }
    if isComplete, holdsEnd {
      var end = Array(writer.written) + piece
      suffix.withUTF8Buffer { end += $0 }
      return hold(end: end)
    }
    if piece.count == 0 {
      stream?.write(writer.written)
    } else if let whole = gateway.loop.scratch.surround(piece, prefix: writer.written, suffix: suffix) {
      stream?.write(whole)
    } else {
      abandonExchange()
    }
  }

  func finishResponse() {
    exchange.upstreamEndedAt = .now
    upstream = nil
    guard stream != nil else {
      // The client is gone; the write was carried to its end all the same.
      record()
      return close()
    }
    let keepsAlive = exchange.response.keepsAlive && !gateway.shared.isDraining.load(ordering: .relaxed)
    record()
    if keepsAlive { awaitRequest() } else { linger() }
  }

  func upstreamDrained(_ connection: UpstreamConnection) {
    guard case .streaming = state, connection === upstream, let stream else { return }
    turn {
      noteProgress(0, isStart: true)
      stream.readsInput = true
    }
  }

  var yieldsToOthers: Bool { request?.endsWithClient ?? false }

  /// Where a part of the answer has been sent, a reset says that it is not whole.
  func upstreamReclaimed(_ connection: UpstreamConnection) {
    guard connection === upstream else { return connection.abandon() }
    turn {
      switch state {
      case .relaying:
        exchange.notes.reason = "the upstream was kept waiting while others waited for it"
        abandonAnswer()
      case .awaitingResponse:
        abandonUpstream()
        var refusal = Refusal.unavailable("too many requests are waiting for the upstream")
        refusal.detail = "ended for others, who hold fewer upstream connections"
        refuse(refusal)
      default:
        abandonUpstream()
        refuse(.bodyTooSlow)
      }
    }
  }

  func upstreamFailed(_ failure: UpstreamFailure) {
    turn { failed(failure) }
  }

  private func failed(_ failure: UpstreamFailure) {
    upstream = nil
    exchange.upstreamEndedAt = .now
    gateway.metrics.recordUpstreamFailure(failure.metric)
    switch failure.kind {
    case .unreachable, .handshake, .credentialRefused: gateway.noteTrouble()
    case .reset, .malformed, .timedOut, .exhausted, .redirected: break
    }
    if exchange.upstreamAuthority.isEmpty { exchange.upstreamAuthority = failure.member ?? "" }
    gateway.shared.failures?.note(
      reason: failure.detail, upstream: exchange.upstreamAuthority, path: exchange.path, now: gateway.loop.now)
    exchange.notes.reason = failure.detail
    if responseHasBegun {
      // The rest cannot be had, and the client must not take what it has for the whole: in HTTP/1.0 a close would say so.
      exchange.response.keepsAlive = false
      if exchange.response.endsWithConnection { stream?.resetAtClose() }
      return abandonExchange()
    }
    if failure.mayRepeat, !hasRepeated, let request, request.isRepeatable, !outgoing.isEmpty {
      hasRepeated = true
      state = .leasing
      if let connection = gateway.pool.lease(for: self, claim) { return leased(connection) }
      stream?.setDeadline(after: settings.timeouts.upstreamConnect + .seconds(1))
      return
    }
    guard stream != nil else {
      exchange.status = failure.status
      record()
      return close()
    }
    var refusal = Refusal(status: failure.status, kind: .upstream, message: failure.reason, detail: failure.detail)
    if failure.status == 503 { refusal.retryAfter = 1 }
    refuse(refusal)
  }
}

extension UpstreamFailure {
  var metric: UpstreamFailureKind {
    switch kind {
    case .unreachable: .connect
    case .handshake: .tls
    case .reset: .closed
    case .malformed, .redirected: .malformed
    case .timedOut, .exhausted: .timedOut
    case .credentialRefused: .credential
    }
  }
}
