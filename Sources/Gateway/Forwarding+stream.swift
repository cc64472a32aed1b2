// A long body on its way to the upstream, while it comes.

import Decision
import HTTP
import Threading
import Transport

extension Forwarding {
  /// Begins to pass on a long body, once what is here of it has been counted.
  ///
  /// - Parameter beginning: was taken out of its framing at once: what is held is the next request, should this one be
  ///   refused after all.
  func stream(
    _ beginning: UnsafeRawBufferPointer, _ request: UpstreamRequest
  ) -> ExchangeStep {
    switch count(beginning, request, then: .stream) {
    case .done: beginStream(with: beginning, request)
    case .refused(let refusal): .refuse(refusal)
    case .goesOn: .countOn
    }
  }

  func beginStream(
    with beginning: UnsafeRawBufferPointer, _ request: UpstreamRequest
  ) -> ExchangeStep {
    state = .none
    // It may be collected since long.
    if let refusal = objection(to: request) { return .refuse(refusal) }
    return host.stepWithParkedHead { view in
      var head = host.scratch.head(of: request, view, view.head.framing)
      let suffix: StaticString =
        host.requestBody.remainingLength == nil ? head.beginChunk(beginning.count, isLast: false) : ""
      host.receive(.ahead)
      host.readsInput = false
      return send(beginning, behind: head, suffix: suffix, request)
    }
  }

  func beginStreaming(
    _ request: UpstreamRequest, on lease: Lease
  ) -> ExchangeStep {
    state = .streaming(request, lease)
    host.beginBody(host.facts.bodyPatience(host.timeouts, host.now))
    var step = ExchangeStep.goesOn
    // What was received before a connection was there.
    host.withHeldBody { early in
      do throws(HeadProblem) { step = receive(try host.take(early)) } catch {
        step = .refuse(Refusal(error))
      }
      if case .goesOn = step, case .streaming = state, !lease.isCongested { host.readsInput = true }
    }
    return step
  }

  /// Passes a piece of the body on.
  func pass(
    _ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, on lease: Lease
  ) -> ExchangeStep {
    let maximum = request.maximumBody(isInflated: attempt.isInflated)
    let rest = host.requestBody
    guard host.facts.bytesIn <= maximum, rest.announced <= maximum - host.facts.bytesIn else {
      return .refuse(.tooLarge(maximum, host.limits))
    }
    // Before it leaves: without its last piece the upstream commits nothing.
    if let refusal = attempt.gauge?.take(payload, isLast: rest.isComplete) { return .refuse(refusal) }
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
        return .abandon(because: .doesNotFit)
      }
    }
    if rest.isComplete { return awaitResponse(request, on: lease) }
    if lease.isCongested {
      host.readsInput = false
      host.clearDeadline()
    }
    return .goesOn
  }

  /// Everything that was sent to the upstream has left: more may come.
  func upstreamDrained(_ lease: Lease) {
    guard case .streaming(_, let own) = state, own === lease, !host.isGone else { return }
    host.awaitBody(host.facts.bodyPatience(host.timeouts, host.now))
    host.readsInput = true
  }
}
