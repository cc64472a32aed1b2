// The permitted request on its way to the upstream, whole.

import Access
import Decision
import Formats
import HTTP
import Observation
import Threading
import Transport
import Upstream

extension Exchange {
  /// Sends a permitted request as soon as it is whole, or streams it where it is long.
  func forward(_ request: UpstreamRequest, _ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer) {
    attempt.decidedUnder = host.generations
    if let filter = request.filter {
      facts.form = AnswerForm(view, isPretty: filter.isPretty, version: host.version)
    }
    guard request.carriesClientBody else {
      // The client's own body, if there was one, is in the request's form, or means nothing.
      guard skipBody(atHand) else { return }
      guard host.requestBody.isComplete else { return refuse(.ignoredTooLong) }
      let body = request.body ?? []
      let framing: BodyFraming = request.method.usuallyHasBody ? .length(body.count) : .none
      return dispatch(head: head(of: request, view, framing), collected: body, request)
    }
    let isInflated = view.isInflated(by: host.dialect)
    if isInflated { attempt.isInflated = true }
    let maximum = request.maximumBody(isInflated: isInflated)
    if let length = host.requestBody.remainingLength {
      if length > maximum { return refuse(.tooLarge(maximum, host.limits)) }
      if length > host.limits.collectBytes, length > atHand.count {
        host.park(view, atHand.none)
        return stream(atHand, request)
      }
    }
    // The usual write: its body came with its head, and leaves with the new head in one piece.
    let payload: UnsafeRawBufferPointer
    do throws(HeadProblem) { payload = try host.takeBody(atHand) } catch {
      return refuse(.malformed(error.reason, closes: true))
    }
    facts.bytesIn += payload.count
    guard payload.count <= maximum else { return refuse(.tooLarge(maximum, host.limits)) }
    guard host.requestBody.isComplete else {
      host.park(view, atHand.none)
      body.append(contentsOf: payload)
      return collect(atHand.none, .dispatch(request), limit: maximum)
    }
    if needsCount(payload.count, request) {
      switch count(payload, request, then: .dispatch) {
      case .done: break
      case .refused: return
      case .goesOn:
        host.park(view, atHand.none)
        body.append(contentsOf: payload)
        return
      }
    }
    // A GET that had no body gets none: some servers refuse even an empty one.
    let framing =
      view.head.framing == .none && !request.method.usuallyHasBody ? .none : BodyFraming.length(payload.count)
    dispatch(head: head(of: request, view, framing), payload: payload, request)
  }

  private func head(of request: UpstreamRequest, _ view: RequestView, _ framing: BodyFraming) -> ByteWriter {
    var writer = ByteWriter(host.scratch.head)
    request.writeHead(to: &writer, view, framing: framing)
    return writer
  }

  /// The body was collected over several reads.
  func sendCollected(_ request: UpstreamRequest) {
    if needsCount(body.count, request) {
      let whole = body
      guard case .done = whole.withUnsafeBytes({ count($0, request, then: .dispatch) }) else { return }
    }
    sendCounted(request)
  }

  /// Whoever sent a body that was collected may have lost the right to since it began.
  func sendCounted(_ request: UpstreamRequest) {
    state = .settling
    if let refusal = host.objection(to: request, &attempt.decidedUnder) { return refuse(refusal) }
    withParkedHead { view in
      dispatch(head: head(of: request, view, .length(body.count)), collected: body, request)
      body.release()
    }
  }

  func withParkedHead(_ use: (RequestView) -> Void) {
    if let problem = host.withParkedHead(use) { refuse(.malformed(problem.reason, closes: true)) }
  }

  // MARK: Sending

  /// - Parameter payload: lies in the loop's scratch, so that the head can be laid before it.
  private func dispatch(head: ByteWriter, payload: UnsafeRawBufferPointer, _ request: UpstreamRequest) {
    guard !head.hasOverflowed else { return refuse(.cannotBeForwarded) }
    let place = payload.count > 0 ? payload : UnsafeRawBufferPointer(rebasing: host.scratch.room[..<0])
    guard let rest = host.scratch.surround(place, prefix: head.written) else {
      return (Array(head.written) + payload).withUnsafeBytes { dispatch($0, request) }
    }
    dispatch(rest, request)
  }

  private func dispatch(head: ByteWriter, collected: [UInt8], _ request: UpstreamRequest) {
    let room = host.scratch.room
    guard collected.count <= room.count else {
      return collected.withUnsafeBytes { dispatch(head: head, payload: $0, request) }
    }
    collected.withUnsafeBytes { room.copyMemory(from: $0) }
    dispatch(head: head, payload: UnsafeRawBufferPointer(rebasing: room[..<collected.count]), request)
  }

  /// Sends a whole request on a connection that is free, or keeps it until there is one.
  ///
  /// - Parameter rest: what follows the head's opening, which names the member that the connection leads to.
  private func dispatch(_ rest: UnsafeRawBufferPointer, _ request: UpstreamRequest) {
    while let lease = host.lease(claim) {
      send(rest, of: request, on: lease)
      if lease.isBroken, lease.isReused {
        // Not a byte of it has left: the upstream had closed a kept connection.
        lease.abandon()
        continue
      }
      if request.isRepeatable { attempt.repetition = .possible(Array(rest)) }
      facts.beginUpstream(lease.memberName, at: host.instant)
      return awaitResponse(request, on: lease)
    }
    awaitLease(request, outgoing: Array(rest))
  }

  /// Sends a request, or the beginning of one, with the head's opening before it.
  private func send(_ rest: UnsafeRawBufferPointer, of request: UpstreamRequest, on lease: Lease) {
    let opening = request.opening(host: lease.hostField)
    if let whole = host.scratch.extend(rest, by: opening.line, opening.host) { return lease.send(whole) }
    opening.followed(by: rest).withUnsafeBytes { lease.send($0) }
  }

  /// For whom a connection is leased.
  var claim: UpstreamClaim {
    // A name that nobody has proven to be theirs has no share of its own: whoever makes names up would have many.
    let login = facts.notes.holder == nil ? "" : facts.notes.login
    return UpstreamClaim(login: login, source: host.client.sourceKey, isWrite: facts.kind == .write)
  }

  /// Waits for a connection: the first time, or to send a request again.
  func awaitLease(_ request: UpstreamRequest, outgoing: [UInt8]) {
    state = .leasing(request, outgoing: outgoing)
    host.receive(.ahead)
    host.setDeadline(after: host.timeouts.upstreamConnect + .seconds(1))
  }

  /// A connection is there. It may be for somebody who waits no more.
  func leased(_ lease: Lease) {
    guard case .leasing(let request, let outgoing) = state else { return lease.abandon() }
    start(request, outgoing, on: lease)
  }

  /// Sends what has waited for a connection.
  func start(_ request: UpstreamRequest, _ outgoing: [UInt8], on lease: Lease) {
    state = .settling
    // A right may have been lost while this waited.
    if let refusal = host.objection(to: request, &attempt.decidedUnder) {
      lease.abandon()
      return refuse(refusal)
    }
    facts.beginUpstream(lease.memberName, at: host.instant)
    outgoing.withUnsafeBytes { send($0, of: request, on: lease) }
    guard host.requestBody.isComplete || !request.carriesClientBody else {
      return beginStreaming(request, on: lease)
    }
    if request.isRepeatable, case .impossible = attempt.repetition { attempt.repetition = .possible(outgoing) }
    awaitResponse(request, on: lease)
  }

  /// The request is whole: from here on the upstream has the deadline, and the client is only watched.
  func awaitResponse(_ request: UpstreamRequest, on lease: Lease) {
    lease.awaitResponse(answersHead: facts.answersHead)
    state = .awaitingResponse(request, lease)
    host.receive(.ahead)
    host.clearDeadline()
    host.readsInput = true
  }
}

extension Refusal {
  static let cannotBeForwarded = Refusal.malformed(
    "request head too large to be forwarded", closes: true, status: 431)
}

extension HTTP.Method {
  fileprivate var usuallyHasBody: Bool { self == .post || self == .put || self == .patch }
}
