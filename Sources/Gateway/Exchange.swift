// One request and its response, from the verdict to the record, whatever framing its client speaks.

import Decision
import Formats
import HTTP
import ManagementAPI
import Threading
import Upstream

/// Owns its deadline, and by its two parts the connection to the upstream or the place among those who wait for one. It
/// has one end, where it is recorded. The same object serves the requests of one client that follow each other.
final class Exchange<Host: ExchangeHost> {
  typealias Lease = Host.Lease

  enum State {
    /// Between two requests, or the head of one is being read.
    case idle
    /// In an event that decides what becomes of it, holding nothing.
    case settling
    /// For another thread; nothing is read meanwhile.
    case waiting(Wait)
    /// The body is being collected, up to so many bytes, for the decision.
    case collecting(limit: Int)
    /// The request is on its way to the upstream, or waits for it.
    case forwarding
    /// The upstream's response is on its way to the client.
    case relaying
    /// A long answer of our own is passing: this is left of it.
    case answering(AnswerRest)
    /// The same, while its next piece is made.
    case makingPiece
  }

  enum Wait { case verification, directory, management }

  let host: Host
  var state = State.idle
  var pending = PendingDecision()
  let forwarding: Forwarding<Host>
  let relay: Relay<Host>
  /// Payload collected so far.
  var body: [UInt8] = []

  init(host: Host) {
    self.host = host
    forwarding = Forwarding(host: host)
    relay = Relay(host: host)
  }

  // MARK: From the client's side

  /// The first byte of a request was read.
  func begin() { host.facts = ExchangeFacts(startedAt: host.instant) }

  /// What came in place of a head cannot be read as one.
  func refuseHead(_ refusal: Refusal, beginning: UnsafeRawBufferPointer) {
    host.facts.describeBeginning(beginning)
    refuse(refusal)
  }

  /// Bytes of the body, framed as they came, in the loop's scratch.
  func receive(_ bytes: UnsafeMutableRawBufferPointer) {
    let payload: UnsafeRawBufferPointer
    do throws(HeadProblem) { payload = try host.take(bytes) } catch { return refuse(Refusal(error)) }
    switch state {
    case .collecting(let limit): collected(payload, limit)
    case .forwarding: apply(forwarding.receive(payload))
    // The rest of a body that was answered early. What follows it is held, up to a bound.
    case .relaying, .answering, .makingPiece: if host.requestBody.isComplete { host.receive(.ahead) }
    default: break
    }
  }

  /// Everything written has left, after it had piled up.
  func clientTook() {
    switch state {
    case .relaying: relay.clientTook()
    case .answering(let rest): answer(rest)
    default: break
    }
  }

  /// The client will not send more.
  func clientLeft() {
    switch state {
    case .idle: host.exchangeAbandoned()
    case .forwarding: apply(forwarding.clientLeft())
    case .relaying: apply(relay.clientLeft())
    case .answering, .makingPiece: cutAnswer(because: .clientLeft)
    case .settling, .waiting, .collecting: abandon(because: .clientLeft)
    }
  }

  /// Its deadline has passed.
  func expire() {
    switch state {
    case .collecting: refuse(.bodyTooSlow)
    case .forwarding: apply(forwarding.expire())
    case .relaying: apply(relay.expire())
    case .answering, .makingPiece: if !host.takesOn() { cutAnswer(because: .clientLeft) }
    // What is held may be the beginning of the body, so the connection cannot go on.
    case .waiting: refuse(.unavailable("the directory cannot be refreshed", closes: true))
    case .idle, .settling: abandon(because: .clientLeft)
    }
  }

  /// Whether it waits for a password to be verified.
  var isVerifying: Bool { if case .waiting(.verification) = state { true } else { false } }

  /// Whether its body is counted as it passes.
  var countsBody: Bool { forwarding.attempt.gauge != nil }

  /// For how long more of a body is waited for.
  var bodyPatience: Interval { host.facts.bodyPatience(host.timeouts, host.now) }

  /// Its connection makes room for another.
  func giveWay() {
    host.facts.status = 503
    host.facts.notes.reason = "made way for another connection"
    end(isAnswered: false)
  }

  /// The time for draining is over. An answer of which a part has been sent ends by a reset.
  func cutOff() {
    switch state {
    case .idle: break
    case .answering, .makingPiece: cutAnswer(because: .shutDown)
    case .relaying: apply(relay.cutOff())
    case .settling, .waiting, .collecting, .forwarding: abandon(because: .shutDown)
    }
  }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() {
    switch state {
    case .forwarding: apply(forwarding.cutIfRevoked())
    case .relaying: apply(relay.cutIfRevoked())
    default: break
    }
  }

  // MARK: The end

  /// Ends without an answer, and the connection with it.
  func abandon(because reason: EarlyReason) {
    if case .idle = state { return host.exchangeAbandoned() }
    dropUpstream()
    host.facts.status = 499
    if host.facts.notes.reason.isEmpty { host.facts.notes.reason = reason.rawValue }
    end(isAnswered: false)
  }

  /// Ends an answer that is not whole, by a reset: without chunks an orderly end would say that it is, and what the
  /// kernel holds of it for a client that takes nothing would stay there for minutes.
  func cutAnswer(because reason: EarlyReason) {
    host.spoil(always: true)
    abandon(because: reason)
  }

  func dropUpstream() {
    switch state {
    case .forwarding: forwarding.drop()
    case .relaying: relay.drop()
    default: return
    }
    state = .settling
  }

  /// The one end of every exchange.
  ///
  /// - Parameter isAnswered: whether the client has the whole response, so that its connection may go on.
  func end(isAnswered: Bool) {
    host.record()
    state = .idle
    pending = PendingDecision()
    forwarding.forget()
    relay.forget()
    body.release()
    if isAnswered { host.exchangeAnswered() } else { host.exchangeAbandoned() }
  }
}
