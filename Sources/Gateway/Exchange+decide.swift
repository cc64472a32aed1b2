// What an exchange does with a verdict.

import Access
import Decision
import HTTP
import ManagementAPI
import Observation
import Threading

extension Exchange {
  /// Its head was read.
  ///
  /// - Parameter atHand: what was received after the head, in the loop's scratch.
  func decide(_ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer) {
    state = .settling
    switch host.judge(view, &attempt.pending, &facts.notes) {
    case .forward(let request): forward(request, view, atHand)
    case .answer(let answer): if skipBody(atHand) { respond(answer) }
    case .refuse(let refusal):
      facts.form.isPretty = host.wantsPretty(view, attempt.pending)
      if skipBody(atHand) { refuse(refusal) }
    case .needsBody(let limit):
      host.park(view, atHand.none)
      collect(atHand, .decision, limit: limit)
    case .verify(let verification):
      host.park(view, atHand)
      wait(.verification)
      host.verify(verification) { [self] outcome in
        guard case .waiting(.verification) = state else { return }
        attempt.pending.authentication = outcome
        decideAgain()
      }
    case .ask(let inquiry):
      host.park(view, atHand)
      wait(.directory)
      host.ask(inquiry) { [self] readings in
        guard case .waiting(.directory) = state else { return }
        attempt.pending.readings.merge(readings) { $1 }
        decideAgain()
      }
      // An upstream that answers that question byte by byte must not keep its clients waiting.
      host.setDeadline(after: directoryPatience)
    case .manage(let call):
      host.park(view, atHand)
      wait(.management)
      host.manage(call) { [self] answer in
        guard case .waiting(.management) = state else { return }
        facts.notes.reason = answer.refusal ?? ""
        // The body was read whole before the call; what else was received is the next request.
        respond(LocalAnswer(status: answer.status, fields: answer.fields, body: answer.body, rest: answer.rest))
      }
    }
  }

  func wait(_ wait: Wait) {
    state = .waiting(wait)
    host.receive(.nothing)
    // A response of the thread that is waited for comes in any case; the client's deadline is not the thread's.
    host.clearDeadline()
    host.readsInput = false
  }

  /// For how long a request waits for the directory to be asked for anew.
  var directoryPatience: Interval { .seconds(15) }

  /// Decides the head that was kept, now that more is known.
  private func decideAgain() {
    if let problem = host.withParkedRequest({ decide($0, $1) }) { refuse(.badHead(problem, host.limits)) }
  }

  // MARK: Bodies

  /// Reads off what is at hand of a body that nobody needs; what follows it is kept. False where that was refused.
  func skipBody(_ atHand: UnsafeMutableRawBufferPointer) -> Bool {
    do throws(HeadProblem) {
      facts.bytesIn += try host.takeBody(atHand).count
      return true
    } catch {
      refuse(.malformed(error.reason, closes: true))
      return false
    }
  }

  /// Begins to collect a body.
  func collect(_ atHand: UnsafeMutableRawBufferPointer, _ purpose: Purpose, limit: Int) {
    if let length = host.requestBody.remainingLength, length > limit { return refuse(.tooLarge(limit, host.limits)) }
    state = .collecting(purpose, limit: limit)
    host.receive(.body)
    host.sayContinue()
    host.readsInput = true
    host.awaitBody(bodyPatience)
    receive(atHand)
  }

  func collected(_ payload: UnsafeRawBufferPointer, _ purpose: Purpose, _ limit: Int) {
    let rest = host.requestBody
    guard payload.count <= limit - body.count, rest.announced <= limit - body.count - payload.count else {
      return refuse(.tooLarge(limit, host.limits))
    }
    body.append(contentsOf: payload)
    switch purpose {
    case .decision:
      guard rest.isComplete else { return }
      attempt.pending.body = body
      body.release()
      decideAgain()
    case .dispatch(let request):
      if rest.isComplete {
        sendCollected(request)
      } else if body.count > host.limits.collectBytes {
        let collected = body
        body = []
        startStream(with: collected, request)
      }
    }
  }

  /// For how long more of a body is waited for: a write as a whole has a deadline too.
  var bodyPatience: Interval {
    guard facts.kind == .write else { return host.timeouts.bodyProgress }
    return min(host.timeouts.bodyProgress, host.timeouts.write - (host.now - facts.startedAt))
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Nothing of it.
  var none: Self { Self(rebasing: self[..<0]) }
}
