// What an exchange does about the upstream: hands the events on to the part that they concern, and carries out its steps.

import Decision
import Threading
import Upstream

extension Exchange {
  func apply(_ step: ExchangeStep) {
    switch step {
    case .goesOn: break
    case .end(let isAnswered): end(isAnswered: isAnswered)
    case .refuse(let refusal): refuse(refusal)
    case .respond(let answer):
      dropUpstream()
      respond(answer)
    case .abandon(let reason): abandon(because: reason)
    case .cut(let reason): cutAnswer(because: reason)
    case .countOn: host.later { [self] in if case .forwarding = state { apply(forwarding.countOn()) } }
    case .filter(let answer, let filter): self.filter(answer, filter)
    case .ask(let inquiry):
      let begun = host.facts.startedAt
      host.ask(inquiry) { [self] _ in if isRelaying(since: begun) { apply(relay.releaseEnd()) } }
      // What was done is told in any case: without the reading the directory is as old as it was.
      host.setDeadline(after: directoryPatience)
    }
  }

  private func filter(_ answer: [UInt8], _ filter: AnswerFilter) {
    // Counts until it has been read, whether the client waits for that or not: memory is not free before.
    let kept = relay.takeKept()
    let begun = host.facts.startedAt
    host.filter(answer, by: filter, host.facts.form) { [self] answer in
      host.keptForFilters -= kept
      if isRelaying(since: begun) { apply(relay.filtered(answer)) }
    }
  }

  /// Whether it is still the same exchange: the client may have left meanwhile.
  private func isRelaying(since begun: Instant) -> Bool {
    if case .relaying = state { host.facts.startedAt == begun } else { false }
  }

  // MARK: Events

  /// A connection is there. It may be for somebody who waits no more.
  func leased(_ lease: Lease) {
    guard case .forwarding = state else { return lease.abandon() }
    apply(forwarding.leased(lease))
  }

  /// Everything that was sent to the upstream has left.
  func upstreamDrained(_ lease: Lease) {
    if case .forwarding = state { forwarding.upstreamDrained(lease) }
  }

  /// A piece of the response, with its head or without.
  func received(_ lease: Lease, _ head: UpstreamResponseHead?, _ piece: UnsafeRawBufferPointer, isComplete: Bool) {
    switch state {
    case .forwarding:
      guard let head, let request = forwarding.takeAnswered(on: lease) else { return }
      state = .relaying
      apply(
        relay.begin(
          head, piece, isComplete: isComplete, request, lease, decidedUnder: forwarding.attempt.decidedUnder))
    case .relaying: apply(relay.received(lease, piece, isComplete: isComplete))
    default: break
    }
  }

  /// Whether it may be ended before its response has begun, where others wait.
  var yieldsToOthers: Bool {
    switch state {
    case .forwarding: forwarding.yieldsToOthers
    case .relaying: relay.yieldsToOthers
    default: false
    }
  }

  /// Others wait for a connection and hold less.
  func reclaimed(_ lease: Lease) {
    switch state {
    case .forwarding: apply(forwarding.reclaimed(lease))
    case .relaying: apply(relay.reclaimed(lease))
    default: lease.abandon()
    }
  }

  /// There will be no response of the upstream, or no more of it; the connection, if there was one, is no longer ours.
  func fail(_ failure: UpstreamFailure) {
    switch state {
    case .forwarding: apply(forwarding.lost(failure))
    case .relaying: apply(relay.lost(failure))
    default: break
    }
  }
}
