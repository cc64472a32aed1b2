// A permitted request on its way to the upstream, until a response begins.

import Decision
import HTTP
import Threading
import Upstream

/// Takes the events of an exchange that concern the request's way, and returns what the exchange has to do next. Owns the
/// connection to the upstream, or the place among those who wait for one. The same object serves the requests of one
/// client that follow each other.
final class Forwarding<Host: ExchangeHost> {
  typealias Lease = Host.Lease

  let host: Host
  var state = ForwardingState<Lease>.none
  var attempt = ForwardingAttempt()
  /// Payload collected so far.
  var body: [UInt8] = []

  init(host: Host) { self.host = host }

  /// Lets go of the connection to the upstream, which is never used again, or of the place among those who wait for one.
  func drop() {
    switch state {
    case .leasing: host.cancelLease()
    case .streaming(_, let lease), .awaitingResponse(_, let lease): lease.abandon()
    case .none, .counting, .collecting: break
    }
    state = .none
  }

  /// The exchange is over.
  func forget() {
    state = .none
    attempt = ForwardingAttempt()
    body.release()
  }

  /// Why a request that was permitted must not go on, or nil.
  func objection(to request: UpstreamRequest) -> Refusal? {
    host.objection(to: request, &attempt.decidedUnder)
  }

  // MARK: From the client's side

  /// Payload of the request's body.
  func receive(_ payload: UnsafeRawBufferPointer) -> ExchangeStep {
    switch state {
    case .collecting(let request, let limit): collect(payload, request, limit: limit)
    case .streaming(let request, let lease): pass(payload, request, on: lease)
    default: .goesOn
    }
  }

  /// The client will not send more. As in Go's servers, a query that nobody waits for is ended; a write that the
  /// upstream has already is carried to its end.
  func clientLeft() -> ExchangeStep {
    if case .awaitingResponse(let request, _) = state, !request.endsWithClient { return .goesOn }
    return .abandon(because: .clientLeft)
  }

  /// Its deadline has passed.
  func expire() -> ExchangeStep {
    switch state {
    case .collecting, .streaming: return .refuse(.bodyTooSlow)
    case .leasing:
      drop()
      return host.fail(UpstreamFailure(.exhausted, .connecting))
    case .none, .counting, .awaitingResponse: return .abandon(because: .clientLeft)
    }
  }

  // MARK: Ends that others bring about

  /// Whether it may be ended where others wait.
  var yieldsToOthers: Bool {
    switch state {
    case .leasing(let request, _), .streaming(let request, _), .awaitingResponse(let request, _):
      request.endsWithClient
    case .none, .counting, .collecting: false
    }
  }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() -> ExchangeStep {
    switch state {
    case .streaming(let request, _): return objection(to: request).map { .refuse($0) } ?? .goesOn
    case .awaitingResponse(let request, _):
      // Whole at the upstream: a write may be done already.
      guard let refusal = objection(to: request), request.endsWithClient else { return .goesOn }
      return .refuse(refusal)
    case .none, .counting, .collecting, .leasing: return .goesOn
    }
  }

  /// Others wait for a connection and hold less.
  func reclaimed(_ lease: Lease) -> ExchangeStep {
    switch state {
    case .awaitingResponse(_, let own) where own === lease: return .refuse(.endedForOthers)
    case .streaming(_, let own) where own === lease: return .refuse(.bodyTooSlow)
    default:
      lease.abandon()
      return .goesOn
    }
  }

  /// There will be no response; the connection, if there was one, is no longer ours.
  func lost(_ failure: UpstreamFailure) -> ExchangeStep {
    let before = state
    state = .none
    if case .awaitingResponse(let request, _) = before, failure.mayRepeat, request.isRepeatable,
      case .possible(let outgoing) = attempt.repetition
    {
      attempt.repetition = .done
      host.noteEnd(by: failure)
      return resume(request, outgoing)
    }
    return host.fail(failure)
  }

  /// The request that a response begins to, which has the connection for itself from here on; nil where it is another's.
  func takeAnswered(on lease: Lease) -> UpstreamRequest? {
    switch state {
    case .awaitingResponse(let request, let own) where own === lease:
      state = .none
      return request
    case .streaming(let request, let own) where own === lease:
      state = .none
      // That was the body's, of which nothing is awaited any more.
      host.clearDeadline()
      return request
    default: return nil
    }
  }
}

extension Refusal {
  /// A query's connection was needed by those who hold fewer.
  static var endedForOthers: Refusal {
    var refusal = unavailable("too many requests are waiting for the upstream")
    refusal.detail = "ended for others, who hold fewer upstream connections"
    return refusal
  }
}
