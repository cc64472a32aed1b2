// One request and its response, from the verdict to the record, whatever framing its client speaks.

import Access
import Decision
import Formats
import HTTP
import JSON
import ManagementAPI
import Observation
import Threading
import Upstream

/// Owns its connection to the upstream, or its place among those who wait for one, and its deadline. It has one end, where
/// it is recorded. The same object serves the requests of one client that follow each other.
final class Exchange<Host: ExchangeHost> {
  typealias Lease = Host.Lease

  enum State {
    /// Between two requests, or the head of one is being read.
    case idle
    /// In an event that decides what becomes of it, holding nothing.
    case settling
    /// For another thread; nothing is read meanwhile.
    case waiting(Wait)
    /// The body is being collected, up to so many bytes.
    case collecting(Purpose, limit: Int)
    /// For a connection, on which these bytes leave.
    case leasing(UpstreamRequest, outgoing: [UInt8])
    /// The request's body is passing.
    case streaming(UpstreamRequest, Lease)
    case awaitingResponse(UpstreamRequest, Lease)
    /// The response is kept back, to be read here first.
    case gathering(UpstreamRequest, Lease)
    /// It is being read, on another thread.
    case filtering(UpstreamRequest)
    case relaying(UpstreamRequest, Lease)
    /// The end of the response waits for the directory.
    case holdingEnd(UpstreamRequest, end: [UInt8])
    /// A long answer of our own is passing: this is left of it.
    case answering(AnswerRest)
    /// The same, while its next piece is made.
    case makingPiece
  }

  enum Wait {
    case verification, directory, management
    /// For its turn to have its body counted on.
    case counting(UpstreamRequest, AfterCount)
  }

  /// What a body is collected for.
  enum Purpose {
    case decision
    case dispatch(UpstreamRequest)
  }

  /// What is done with a body once it has been counted.
  enum AfterCount {
    case dispatch
    /// These bytes are the beginning of what streams.
    case stream([UInt8])
  }

  /// Whether the request can be sent again after a connection that had been kept turned out to be closed.
  enum Repetition {
    case impossible
    case possible([UInt8])
    case done
  }

  /// What is known of one request beside its state. Replaced as a whole.
  struct Attempt {
    var pending = PendingDecision()
    /// The state that the request was permitted under.
    var decidedUnder = Generations.none
    /// Whether the upstream reads the body as gzip.
    var isInflated = false
    /// Counts a body as it passes; nil where its length tells enough.
    var gauge: BodyGauge?
    var repetition = Repetition.impossible
  }

  let host: Host
  var state = State.idle
  var facts = ExchangeFacts(startedAt: .start)
  var attempt = Attempt()
  /// Payload collected so far, of the request or of an answer that is read here first.
  var body: [UInt8] = []
  /// Bytes of `body` that count towards what the loop keeps of answers.
  var keptForFilter = 0

  init(host: Host) { self.host = host }

  // MARK: From the client's side

  /// The first byte of a request was read.
  func begin() { facts = ExchangeFacts(startedAt: host.instant) }

  /// What came in place of a head cannot be read as one.
  func refuseHead(_ refusal: Refusal, beginning: UnsafeRawBufferPointer) {
    facts.describeBeginning(beginning)
    refuse(refusal)
  }

  /// Bytes of the body, framed as they came, in the loop's scratch.
  func receive(_ bytes: UnsafeMutableRawBufferPointer) {
    let payload: UnsafeRawBufferPointer
    do throws(HeadProblem) { payload = try host.takeBody(bytes) } catch {
      return refuse(.malformed(error.reason, closes: true))
    }
    facts.bytesIn += payload.count
    switch state {
    case .collecting(let purpose, let limit): collected(payload, purpose, limit)
    case .streaming(let request, let lease): pass(payload, request, on: lease)
    default: break
    }
  }

  /// Everything written has left, after it had piled up.
  func clientTook() {
    switch state {
    case .relaying(_, let lease):
      host.clearDeadline()
      lease.readsResponse = true
    case .answering(let rest): answer(rest)
    default: break
    }
  }

  /// The client will not send more. As in Go's servers, a query that nobody waits for is ended; a write that the
  /// upstream has already is carried to its end.
  func clientLeft() {
    switch state {
    case .idle: host.exchangeAbandoned()
    case .awaitingResponse(let request, _), .gathering(let request, _), .filtering(let request),
      .relaying(let request, _), .holdingEnd(let request, _):
      if request.endsWithClient { abandon(because: "the client left") }
    case .answering, .makingPiece: cutAnswer(because: "the client left")
    case .settling, .waiting, .collecting, .leasing, .streaming: abandon(because: "the client left")
    }
  }

  /// Its deadline has passed.
  func expire() {
    switch state {
    case .collecting, .streaming: refuse(.bodyTooSlow)
    case .leasing:
      dropUpstream()
      fail(UpstreamFailure(.exhausted, .connecting))
    case .holdingEnd: if !host.takesOn() { releaseEnd() }
    case .relaying: if !host.takesOn() { abandon(because: "the client left") }
    case .answering, .makingPiece: if !host.takesOn() { cutAnswer(because: "the client left") }
    // What is held may be the beginning of the body, so the connection cannot go on.
    case .waiting: refuse(.unavailable("the directory cannot be refreshed", closes: true))
    case .idle, .settling, .awaitingResponse, .gathering, .filtering: abandon(because: "the client left")
    }
  }

  /// Whether it waits for a password to be verified.
  var isVerifying: Bool { if case .waiting(.verification) = state { true } else { false } }

  /// Whether its body is counted as it passes.
  var countsBody: Bool { attempt.gauge != nil }

  /// Its connection makes room for another.
  func giveWay() {
    facts.status = 503
    facts.notes.reason = "made way for another connection"
    end(isAnswered: false)
  }

  /// The time for draining is over. An answer of which a part has been sent ends by a reset.
  func cutOff() {
    switch state {
    case .idle: break
    case .answering, .makingPiece, .relaying, .holdingEnd: cutAnswer(because: "shut down")
    default: abandon(because: "shut down")
    }
  }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() {
    switch state {
    case .streaming(let request, _), .awaitingResponse(let request, _), .gathering(let request, _),
      .filtering(let request), .relaying(let request, _), .holdingEnd(let request, _):
      guard let refusal = host.objection(to: request, &attempt.decidedUnder) else { return }
      switch state {
      case .streaming: refuse(refusal)
      case .relaying, .holdingEnd:
        facts.notes.reason = "the credential or its right was revoked"
        cutAnswer(because: "")
      // Whole at the upstream: a write may be done already.
      default: if request.endsWithClient { refuse(refusal) }
      }
    default: break
    }
  }

  // MARK: The end

  /// Ends without an answer, and the connection with it.
  ///
  /// - Parameter reason: for the record, where there is none yet.
  func abandon(because reason: String) {
    guard !isIdle else { return host.exchangeAbandoned() }
    dropUpstream()
    facts.status = 499
    if facts.notes.reason.isEmpty { facts.notes.reason = reason }
    end(isAnswered: false)
  }

  private var isIdle: Bool { if case .idle = state { true } else { false } }

  /// Ends an answer that is not whole, by a reset: without chunks an orderly end would say that it is, and what the
  /// kernel holds of it for a client that takes nothing would stay there for minutes.
  func cutAnswer(because reason: String) {
    host.spoil(always: true)
    abandon(because: reason)
  }

  /// Lets go of the connection to the upstream, which is never used again, or of the place among those who wait for one.
  func dropUpstream() {
    switch state {
    case .leasing: host.cancelLease()
    case .streaming(_, let lease), .awaitingResponse(_, let lease), .gathering(_, let lease),
      .relaying(_, let lease):
      lease.abandon()
    default: return
    }
    state = .settling
  }

  /// The one end of every exchange.
  ///
  /// - Parameter isAnswered: whether the client has the whole response, so that its connection may go on.
  func end(isAnswered: Bool) {
    releaseKept()
    host.record(facts)
    state = .idle
    attempt = Attempt()
    body.release()
    if isAnswered { host.exchangeAnswered() } else { host.exchangeAbandoned() }
  }
}
