// A permitted request until it is whole, or known to be long.

import Decision
import HTTP
import Transport

extension Forwarding {
  /// Sends a permitted request as soon as it is whole, or streams it where it is long.
  ///
  /// - Parameter atHand: what was received of its body, in the loop's scratch.
  func begin(
    _ request: UpstreamRequest, _ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer
  ) -> ExchangeStep {
    attempt.decidedUnder = host.generations
    if let filter = request.filter {
      host.facts.form = AnswerForm(view, isPretty: filter.isPretty, version: host.version)
    }
    guard request.carriesClientBody else { return sendOwnBody(of: request, view, atHand) }
    let isInflated = view.isInflated(by: host.dialect)
    if isInflated { attempt.isInflated = true }
    let maximum = request.maximumBody(isInflated: isInflated)
    var streams = false
    if let length = host.requestBody.remainingLength {
      if length > maximum { return .refuse(.tooLarge(maximum, host.limits)) }
      streams = length > host.limits.collectBytes && length > atHand.count
    }
    let payload: UnsafeRawBufferPointer
    do throws(HeadProblem) { payload = try host.take(atHand) } catch { return .refuse(Refusal(error)) }
    if streams {
      host.park(view, atHand.none)
      return stream(payload, request)
    }
    // The usual write: its body came with its head, and leaves with the new head in one piece.
    guard payload.count <= maximum else { return .refuse(.tooLarge(maximum, host.limits)) }
    guard host.requestBody.isComplete else {
      host.park(view, atHand.none)
      return beginCollecting(payload, request, limit: maximum)
    }
    switch count(payload, request, then: .send) {
    case .done: break
    case .refused(let refusal): return .refuse(refusal)
    case .goesOn:
      host.park(view, atHand.none)
      body.append(contentsOf: payload)
      return .countOn
    }
    // A GET that had no body gets none: some servers refuse even an empty one.
    let framing =
      view.head.framing == .none && !request.method.usuallyHasBody ? .none : BodyFraming.length(payload.count)
    return send(payload, behind: host.scratch.head(of: request, view, framing), request)
  }

  /// The client's own body, if there was one, is in the request's form, or means nothing.
  private func sendOwnBody(
    of request: UpstreamRequest, _ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer
  ) -> ExchangeStep {
    do throws(HeadProblem) { _ = try host.take(atHand) } catch { return .refuse(Refusal(error)) }
    guard host.requestBody.isComplete else { return .refuse(.ignoredTooLong) }
    let own = request.body ?? []
    let framing: BodyFraming = request.method.usuallyHasBody ? .length(own.count) : .none
    let head = host.scratch.head(of: request, view, framing)
    return own.withUnsafeBytes { send($0, behind: head, request) }
  }

  // MARK: Collecting

  private func beginCollecting(
    _ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, limit: Int
  ) -> ExchangeStep {
    state = .collecting(request, limit: limit)
    host.beginBody(host.facts.bodyPatience(host.timeouts, host.now))
    host.readsInput = true
    return collect(payload, request, limit: limit)
  }

  func collect(
    _ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, limit: Int
  ) -> ExchangeStep {
    guard body.append(payload, of: host.requestBody, limit: limit) else {
      return .refuse(.tooLarge(limit, host.limits))
    }
    if host.requestBody.isComplete {
      let whole = body
      switch whole.withUnsafeBytes({ count($0, request, then: .send) }) {
      case .done: return sendCounted(request)
      case .refused(let refusal): return .refuse(refusal)
      case .goesOn: return .countOn
      }
    }
    guard body.count > host.limits.collectBytes else { return .goesOn }
    let collected = body
    body = []
    return collected.withUnsafeBytes { stream($0, request) }
  }

  /// Whoever sent a body that was collected may have lost the right to since it began.
  private func sendCounted(_ request: UpstreamRequest) -> ExchangeStep {
    state = .none
    if let refusal = objection(to: request) { return .refuse(refusal) }
    return host.stepWithParkedHead { view in
      let whole = body
      body = []
      let head = host.scratch.head(of: request, view, .length(whole.count))
      return whole.withUnsafeBytes { send($0, behind: head, request) }
    }
  }

  // MARK: Counting

  enum Counting {
    case done
    case refused(Refusal)
    /// In turns with others' events.
    case goesOn
  }

  /// Counts what is here of a body, all of it or its beginning: before the upstream could commit it. Where its length tells
  /// enough, as that of every usual write does, nothing is unpacked.
  func count(
    _ payload: UnsafeRawBufferPointer, _ request: UpstreamRequest, then next: AfterCount
  ) -> Counting {
    guard let bound = request.bound else { return .done }
    let rest = host.requestBody
    let length = rest.isComplete ? payload.count : rest.remainingLength.map { $0 + payload.count }
    guard var gauge = BodyGauge(bound, isInflated: attempt.isInflated, length: length) else { return .done }
    let slice = gauge.takeSlice(payload, from: 0, isLast: rest.isComplete)
    attempt.gauge = gauge
    if let refusal = slice.refusal { return .refused(refusal) }
    guard slice.end < payload.count else { return .done }
    host.holdInput()
    state = .counting(request, BodyCount(payload: Array(payload), position: slice.end, next: next))
    return .goesOn
  }

  /// Counts the next slice. The client may have left meanwhile.
  func countOn() -> ExchangeStep {
    guard case .counting(let request, var count) = state else { return .goesOn }
    let slice = count.payload.withUnsafeBytes {
      attempt.gauge?.takeSlice($0, from: count.position, isLast: host.requestBody.isComplete)
    }
    if let refusal = slice?.refusal { return .refuse(refusal) }
    count.position = slice?.end ?? count.payload.count
    guard count.position == count.payload.count else {
      state = .counting(request, count)
      return .countOn
    }
    switch count.next {
    case .send: return sendCounted(request)
    case .stream: return count.payload.withUnsafeBytes { beginStream(with: $0, request) }
    }
  }
}

extension HTTP.Method {
  fileprivate var usuallyHasBody: Bool { self == .post || self == .put || self == .patch }
}
