// A long body on its way to the upstream, while it comes.

import Decision
import HTTP
import Transport

extension Exchange {
  /// Taken out of its framing at once: what is held is the next request, should this one be refused after all.
  func stream(_ atHand: UnsafeMutableRawBufferPointer, _ request: UpstreamRequest) {
    let payload: UnsafeRawBufferPointer
    do throws(HeadProblem) { payload = try host.takeBody(atHand) } catch {
      return refuse(.malformed(error.reason, closes: true))
    }
    facts.bytesIn += payload.count
    startStream(with: Array(payload), request)
  }

  func startStream(with collected: [UInt8], _ request: UpstreamRequest) {
    if needsCount(collected.count, request) {
      guard case .done = collected.withUnsafeBytes({ count($0, request, then: .stream(collected)) }) else { return }
    }
    leaseStream(with: collected, request)
  }

  /// Waits for a connection with what is there of the request.
  func leaseStream(with collected: [UInt8], _ request: UpstreamRequest) {
    state = .settling
    withParkedHead { view in
      var writer = ByteWriter(host.scratch.head)
      request.writeHead(to: &writer, view, framing: view.head.framing)
      guard !writer.hasOverflowed else { return refuse(.cannotBeForwarded) }
      var outgoing = Array(writer.written)
      if host.requestBody.remainingLength != nil {
        outgoing += collected
      } else {
        outgoing.appendChunk(collected, isLast: false)
      }
      host.receive(.ahead)
      host.readsInput = false
      if let lease = host.lease(claim) { return start(request, outgoing, on: lease) }
      awaitLease(request, outgoing: outgoing)
    }
  }

  func beginStreaming(_ request: UpstreamRequest, on lease: Lease) {
    state = .streaming(request, lease)
    host.receive(.body)
    host.sayContinue()
    host.awaitBody(bodyPatience)
    // What was received before a connection was there.
    host.withHeldBody { early in
      receive(early)
      if case .streaming = state, !lease.isCongested { host.readsInput = true }
    }
  }

  /// Passes a piece of the body on.
  func pass(_ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, on lease: Lease) {
    let maximum = request.maximumBody(isInflated: attempt.isInflated)
    let rest = host.requestBody
    guard facts.bytesIn <= maximum, rest.announced <= maximum - facts.bytesIn else {
      return refuse(.tooLarge(maximum, host.limits))
    }
    // Before it leaves: without its last piece the upstream commits nothing.
    if let refusal = attempt.gauge?.take(payload, isLast: rest.isComplete) { return refuse(refusal) }
    if rest.remainingLength != nil {
      lease.send(payload)
    } else {
      var writer = ByteWriter(host.scratch.head)
      let suffix = writer.beginChunk(payload.count, isLast: rest.isComplete)
      if payload.count == 0 {
        if rest.isComplete { lease.send(writer.written) }
      } else if let chunk = host.scratch.surround(payload, prefix: writer.written, suffix: suffix) {
        lease.send(chunk)
      } else {
        return abandon(because: "the client left")
      }
    }
    if rest.isComplete {
      awaitResponse(request, on: lease)
    } else if lease.isCongested {
      host.readsInput = false
      host.clearDeadline()
    }
  }

  /// Everything that was sent to the upstream has left: more may come.
  func upstreamDrained(_ lease: Lease) {
    guard case .streaming(_, let own) = state, own === lease, !host.isGone else { return }
    host.awaitBody(bodyPatience)
    host.readsInput = true
  }
}
