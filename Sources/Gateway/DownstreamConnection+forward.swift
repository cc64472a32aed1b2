// forward: the permitted request on its way to the upstream, and the response on its way back.

import Access
import Decision
import HTTP
import Observation
import Threading
import Transport
import Upstream

extension DownstreamConnection {
  /// Sends a permitted request as soon as it is whole, or streams it where it is long.
  func forward(_ request: UpstreamRequest, _ view: RequestView, rest: UnsafeMutableRawBufferPointer) {
    self.request = request
    decidedUnder = gateway.gatekeeper.generations
    if let filter = request.filter {
      exchange.form = AnswerForm(
        view, isPretty: filter.isPretty, version: gateway.gatekeeper.status.version)
    }
    guard request.carriesClientBody else {
      // The client's own body, if there was one, is in the request's form, or means nothing.
      guard skipBody(rest) else { return }
      guard requestBody.isComplete else { return refuse(.ignoredTooLong) }
      return send(request.body ?? [], request, view)
    }
    isInflated = view.isInflated(by: settings.dialect)
    let maximum = request.maximumBody(isInflated: isInflated)
    if let length = requestBody.remainingLength {
      if length > maximum { return refuse(.tooLarge(maximum, settings.limits)) }
      if length > settings.limits.collectBytes, length > rest.count {
        park(view, rest: UnsafeMutableRawBufferPointer(rebasing: rest[..<0]))
        return stream(rest)
      }
    }
    // The usual write: its body came with its head, and leaves with the new head in one piece.
    let step: ChunkedDecoder.Step
    do throws(HeadProblem) { step = try requestBody.decode(rest) } catch {
      return refuse(.malformed(error.reason, closes: true))
    }
    exchange.bytesIn += step.produced
    hold.append(contentsOf: rest[step.consumed...])
    let payload = UnsafeRawBufferPointer(rebasing: rest[..<step.produced])
    guard payload.count <= maximum else { return refuse(.tooLarge(maximum, settings.limits)) }
    if requestBody.isComplete {
      if needsCount(payload.count), !count(payload, orLater: { [self] in sendCounted() }) {
        guard case .waiting = state else { return }
        parkedHead = Array(view.bytes)
        body.append(contentsOf: payload)
        return
      }
      // A GET that had no body gets none: some servers refuse even an empty one.
      let framing =
        view.head.framing == .none && !request.method.usuallyHasBody ? .none : BodyFraming.length(payload.count)
      var writer = ByteWriter(gateway.loop.scratch.head)
      request.writeHead(to: &writer, view, framing: framing)
      return dispatch(head: writer, payload: payload)
    }
    parkedHead = Array(view.bytes)
    body.append(contentsOf: payload)
    collect(UnsafeMutableRawBufferPointer(rebasing: rest[..<0]), toDecide: false, limit: maximum)
  }

  private func send(_ body: [UInt8], _ request: UpstreamRequest, _ view: RequestView) {
    var writer = ByteWriter(gateway.loop.scratch.head)
    let framing: BodyFraming = request.method.usuallyHasBody ? .length(body.count) : .none
    request.writeHead(to: &writer, view, framing: framing)
    dispatch(head: writer, collected: body)
  }

  /// The body was collected over several reads.
  func sendCollected() {
    let whole = body
    if needsCount(whole.count), !whole.withUnsafeBytes({ count($0, orLater: { [self] in sendCounted() }) }) { return }
    sendCounted()
  }

  /// Whoever sent a body that was collected may have lost the right to since it began.
  private func sendCounted() {
    guard let request else { return close() }
    if let refusal = gateway.gatekeeper.objection(to: request, &decidedUnder) { return refuse(refusal) }
    withParkedHead { view in
      var writer = ByteWriter(gateway.loop.scratch.head)
      request.writeHead(to: &writer, view, framing: .length(body.count))
      dispatch(head: writer, collected: body)
      body.release()
    }
  }

  /// Decodes the head that was kept; its bytes stay in place during `use`.
  private func withParkedHead(_ use: (RequestView) -> Void) {
    let kept = parkedHead
    kept.withUnsafeBytes { bytes in
      do throws(HeadProblem) {
        try gateway.decoder.decode(bytes, limits: settings.limits.head)
        use(RequestView(bytes: bytes, head: gateway.decoder, client: client))
      } catch {
        refuse(.malformed(error.reason, closes: true))
      }
    }
  }

  // MARK: Sending

  /// - Parameter payload: lies in the loop's scratch, so that the head can be laid before it.
  private func dispatch(head: ByteWriter, payload: UnsafeRawBufferPointer) {
    guard !head.hasOverflowed else {
      return refuse(.malformed("request head too large to be forwarded", closes: true, status: 431))
    }
    let scratch = gateway.loop.scratch
    let place = payload.count > 0 ? payload : UnsafeRawBufferPointer(rebasing: scratch.room[..<0])
    guard let rest = scratch.surround(place, prefix: head.written) else {
      return (Array(head.written) + payload).withUnsafeBytes { dispatch($0) }
    }
    dispatch(rest)
  }

  private func dispatch(head: ByteWriter, collected: [UInt8]) {
    let room = gateway.loop.scratch.room
    guard collected.count <= room.count else {
      return collected.withUnsafeBytes { dispatch(head: head, payload: $0) }
    }
    collected.withUnsafeBytes { room.copyMemory(from: $0) }
    dispatch(head: head, payload: UnsafeRawBufferPointer(rebasing: room[..<collected.count]))
  }

  /// Sends a whole request on a connection that is free, or keeps it until there is one.
  ///
  /// - Parameter rest: what follows the head's opening, which names the member that the connection leads to.
  private func dispatch(_ rest: UnsafeRawBufferPointer) {
    state = .leasing
    while let connection = gateway.pool.lease(for: self, claim) {
      send(rest, on: connection)
      if connection.isBroken, connection.isReused {
        // Not a byte of it has left: the upstream had closed a kept connection.
        connection.abandon()
        continue
      }
      if let request, request.isRepeatable { outgoing = Array(rest) }
      return sent(on: connection)
    }
    outgoing = Array(rest)
    stream?.setDeadline(after: settings.timeouts.upstreamConnect + .seconds(1))
  }

  /// Sends a request, or the beginning of one, with the head's opening before it.
  func send(_ rest: UnsafeRawBufferPointer, on connection: UpstreamConnection) {
    guard let request else { return }
    let opening = request.opening(host: connection.member.hostField)
    if let whole = gateway.loop.scratch.extend(rest, by: opening.line, opening.host) { return connection.send(whole) }
    opening.followed(by: rest).withUnsafeBytes { connection.send($0) }
  }

  /// For whom a connection is leased.
  var claim: UpstreamClaim {
    // A name that nobody has proven to be theirs has no share of its own: whoever makes names up would have many.
    let login = exchange.notes.holder == nil ? "" : exchange.notes.login
    return UpstreamClaim(login: login, source: client.sourceKey, isWrite: exchange.kind == .write)
  }

  private func sent(on connection: UpstreamConnection) {
    take(connection)
    awaitResponse(on: connection)
  }

  /// Notes whose turn it is now.
  func take(_ connection: UpstreamConnection) {
    upstream = connection
    exchange.upstreamAuthority = connection.member.name
    exchange.upstreamStartedAt = .now
  }

  /// The request is whole: from here on the upstream has the deadline, and the client is only watched.
  func awaitResponse(on connection: UpstreamConnection) {
    connection.awaitResponse(answersHead: exchange.response.answersHead)
    state = .awaitingResponse
    stream?.clearDeadline()
    stream?.readsInput = true
  }

  // MARK: Streaming a long body

  /// Begins to stream what was collected so far and what will come.
  func beginStreaming() {
    let collected = body
    body = []
    startStream(with: collected)
  }

  private func stream(_ rest: UnsafeMutableRawBufferPointer) {
    // Taken out of its framing at once: what is held is the next request, should this one be refused after all.
    let step: ChunkedDecoder.Step
    do throws(HeadProblem) { step = try requestBody.decode(rest) } catch {
      return refuse(.malformed(error.reason, closes: true))
    }
    exchange.bytesIn += step.produced
    hold.append(contentsOf: rest[step.consumed...])
    startStream(with: Array(rest[..<step.produced]))
  }

  private func startStream(with collected: [UInt8]) {
    if needsCount(collected.count),
      !collected.withUnsafeBytes({ count($0, orLater: { [self] in leaseStream(with: collected) }) })
    {
      return
    }
    leaseStream(with: collected)
  }

  private func leaseStream(with collected: [UInt8]) {
    guard let request else { return close() }
    withParkedHead { view in
      var writer = ByteWriter(gateway.loop.scratch.head)
      request.writeHead(to: &writer, view, framing: view.head.framing)
      guard !writer.hasOverflowed else {
        return refuse(.malformed("request head too large to be forwarded", closes: true, status: 431))
      }
      outgoing = Array(writer.written)
      if !collected.isEmpty { outgoing += framed(collected) }
    }
    guard !outgoing.isEmpty else { return }
    state = .leasing
    stream?.readsInput = false
    if let connection = gateway.pool.lease(for: self, claim) { return upstreamLeased(connection) }
    stream?.setDeadline(after: settings.timeouts.upstreamConnect + .seconds(1))
  }

  private func framed(_ payload: [UInt8]) -> [UInt8] {
    guard requestBody.remainingLength == nil else { return payload }
    var chunk: [UInt8] = []
    chunk.appendChunk(payload, isLast: false)
    return chunk
  }

  /// Passes a piece of the body on.
  func pass(_ payload: UnsafeRawBufferPointer) {
    guard let upstream, let request else { return close() }
    let maximum = request.maximumBody(isInflated: isInflated)
    guard exchange.bytesIn <= maximum, requestBody.announced <= maximum - exchange.bytesIn else {
      abandonUpstream()
      return refuse(.tooLarge(maximum, settings.limits))
    }
    let isComplete = requestBody.isComplete
    // Before it leaves: without its last piece the upstream commits nothing.
    if let refusal = gauge?.take(payload, isLast: isComplete) {
      abandonUpstream()
      return refuse(refusal)
    }
    if requestBody.remainingLength != nil {
      upstream.send(payload)
    } else {
      var writer = ByteWriter(gateway.loop.scratch.head)
      let suffix = writer.beginChunk(payload.count, isLast: isComplete)
      if payload.count == 0 {
        if isComplete { upstream.send(writer.written) }
      } else if let chunk = gateway.loop.scratch.surround(payload, prefix: writer.written, suffix: suffix) {
        upstream.send(chunk)
      } else {
        return abandonExchange()
      }
    }
    if isComplete {
      awaitResponse(on: upstream)
    } else if upstream.isCongested {
      stream?.readsInput = false
      stream?.clearDeadline()
    }
  }

  func abandonUpstream() {
    upstream?.abandon()
    upstream = nil
    gateway.pool.cancelWait(of: self)
  }
}

extension HTTP.Method {
  fileprivate var usuallyHasBody: Bool { self == .post || self == .put || self == .patch }
}
