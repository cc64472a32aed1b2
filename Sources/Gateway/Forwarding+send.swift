// A request, or the beginning of a long one, on a connection to the upstream.

import Access
import Decision
import HTTP
import Threading
import Transport
import Upstream

extension Forwarding {
  /// Sends a head and what there is of its body on a connection that is free, or keeps them until there is one.
  ///
  /// - Parameters:
  ///   - payload: where it lies in the loop's scratch, the head is laid before it.
  ///   - suffix: follows the payload.
  func send(
    _ payload: UnsafeRawBufferPointer, behind head: ByteWriter, suffix: StaticString = "",
    _ request: UpstreamRequest
  ) -> ExchangeStep {
    guard !head.hasOverflowed else { return .refuse(.cannotBeForwarded) }
    if let rest = host.scratch.join(head.written, payload, suffix) { return leave(rest, request) }
    var rest = Array(head.written) + payload
    suffix.withUTF8Buffer { rest += $0 }
    return rest.withUnsafeBytes { leave($0, request) }
  }

  /// - Parameter rest: what follows the head's opening, which names the member that the connection leads to.
  private func leave(
    _ rest: UnsafeRawBufferPointer, _ request: UpstreamRequest
  ) -> ExchangeStep {
    while let lease = host.lease(host.claim) {
      host.scratch.send(rest, of: request, on: lease)
      if lease.isBroken, lease.isReused {
        // Not a byte of it has left: the upstream had closed a kept connection.
        lease.abandon()
        continue
      }
      host.facts.beginUpstream(lease.memberName, at: host.instant)
      guard host.hasWhole(request) else { return beginStreaming(request, on: lease) }
      if request.isRepeatable { attempt.repetition = .possible(Array(rest)) }
      return awaitResponse(request, on: lease)
    }
    return awaitLease(request, outgoing: Array(rest))
  }

  /// Waits for a connection: the first time, or to send a request again.
  private func awaitLease(_ request: UpstreamRequest, outgoing: [UInt8]) -> ExchangeStep {
    state = .leasing(request, outgoing: outgoing)
    host.receive(.ahead)
    host.setDeadline(after: host.timeouts.upstreamConnect + .seconds(1))
    return .goesOn
  }

  /// A connection is there. It may be for somebody who waits no more.
  func leased(_ lease: Lease) -> ExchangeStep {
    guard case .leasing(let request, let outgoing) = state else {
      lease.abandon()
      return .goesOn
    }
    return start(request, outgoing, on: lease)
  }

  /// Sends again what a connection was closed under.
  func resume(
    _ request: UpstreamRequest, _ outgoing: [UInt8]
  ) -> ExchangeStep {
    if let lease = host.lease(host.claim) { return start(request, outgoing, on: lease) }
    return awaitLease(request, outgoing: outgoing)
  }

  /// Sends what has waited for a connection.
  private func start(
    _ request: UpstreamRequest, _ outgoing: [UInt8], on lease: Lease
  ) -> ExchangeStep {
    state = .none
    // A right may have been lost while this waited.
    if let refusal = objection(to: request) {
      lease.abandon()
      return .refuse(refusal)
    }
    host.facts.beginUpstream(lease.memberName, at: host.instant)
    outgoing.withUnsafeBytes { host.scratch.send($0, of: request, on: lease) }
    guard host.hasWhole(request) else { return beginStreaming(request, on: lease) }
    if request.isRepeatable, case .impossible = attempt.repetition { attempt.repetition = .possible(outgoing) }
    return awaitResponse(request, on: lease)
  }

  /// The request is whole: from here on the upstream has the deadline, and the client is only watched.
  func awaitResponse(
    _ request: UpstreamRequest, on lease: Lease
  ) -> ExchangeStep {
    lease.awaitResponse(answersHead: host.facts.answersHead)
    state = .awaitingResponse(request, lease)
    host.receive(.ahead)
    host.clearDeadline()
    host.readsInput = true
    return .goesOn
  }
}

extension Refusal {
  fileprivate static let cannotBeForwarded = Refusal.malformed(
    "request head too large to be forwarded", closes: true, status: 431)
}
