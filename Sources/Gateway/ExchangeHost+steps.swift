// What the parts of an exchange ask of its surroundings together.

import Decision
import HTTP
import Observation
import Threading
import Upstream

extension ExchangeHost {
  /// Takes the payload out of what was received of the body, and counts it.
  func take(
    _ bytes: UnsafeMutableRawBufferPointer
  ) throws(HeadProblem) -> UnsafeRawBufferPointer {
    let payload = try takeBody(bytes)
    facts.bytesIn += payload.count
    return payload
  }

  /// Whether all of a request that is forwarded is here.
  func hasWhole(_ request: UpstreamRequest) -> Bool { requestBody.isComplete || !request.carriesClientBody }

  /// For whom a connection to the upstream is leased.
  var claim: UpstreamClaim {
    // A name that nobody has proven to be theirs has no share of its own: whoever makes names up would have many.
    let login = facts.notes.holder == nil ? "" : facts.notes.login
    return UpstreamClaim(login: login, source: client.sourceKey, isWrite: facts.kind == .write)
  }

  /// What comes of the head that was kept.
  func stepWithParkedHead(_ use: (RequestView) -> ExchangeStep) -> ExchangeStep {
    var step = ExchangeStep.goesOn
    if let problem = withParkedHead({ step = use($0) }) { return .refuse(Refusal(problem)) }
    return step
  }

  /// Has the client send its body.
  func beginBody(_ patience: Interval) {
    receive(.body)
    sayContinue()
    awaitBody(patience)
  }

  /// Reads nothing more while something else is waited for. The client's deadline is not that of who is waited for.
  func holdInput() {
    receive(.nothing)
    clearDeadline()
    readsInput = false
  }

  func noteEnd(by failure: UpstreamFailure) {
    facts.endUpstream(at: instant)
    if let member = failure.member { facts.noteTried(member) }
    note(failure)
    facts.notes.reason = failure.detail
  }

  /// What is told where the upstream failed, before anything of its response was passed on.
  func fail(_ failure: UpstreamFailure) -> ExchangeStep {
    noteEnd(by: failure)
    guard !isGone else {
      facts.status = failure.status
      return .end(isAnswered: false)
    }
    var refusal = Refusal(status: failure.status, kind: .upstream, message: failure.reason, detail: failure.detail)
    if failure.status == 503 { refusal.retryAfter = 1 }
    return .refuse(refusal)
  }
}

extension Refusal {
  /// Of a body whose framing is broken.
  init(_ problem: HeadProblem) { self = .malformed(problem.reason, closes: true) }
}

extension [UInt8] {
  /// Appends a piece of a body; false where it comes to more than `limit` bytes, as far as is known.
  mutating func append(_ payload: UnsafeRawBufferPointer, of rest: BodyDecoder, limit: Int) -> Bool {
    guard payload.count <= limit - count, rest.announced <= limit - count - payload.count else { return false }
    append(contentsOf: payload)
    return true
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Nothing of it.
  var none: Self { Self(rebasing: self[..<0]) }
}
