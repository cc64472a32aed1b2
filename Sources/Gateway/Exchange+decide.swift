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
    switch host.judge(view, &pending, &host.facts.notes) {
    case .forward(let request):
      state = .forwarding
      apply(forwarding.begin(request, view, atHand))
    case .answer(let answer): if skipBody(atHand) { respond(answer) }
    case .refuse(let refusal):
      host.facts.form.isPretty = host.wantsPretty(view, pending)
      if skipBody(atHand) { refuse(refusal) }
    case .needsBody(let limit):
      host.park(view, atHand.none)
      collect(atHand, limit: limit)
    case .verify(let verification):
      host.park(view, atHand)
      wait(.verification)
      host.verify(verification) { [self] outcome in
        guard case .waiting(.verification) = state else { return }
        pending.note(outcome)
        decideAgain()
      }
    case .ask(let inquiry):
      host.park(view, atHand)
      wait(.directory)
      host.ask(inquiry) { [self] readings in
        guard case .waiting(.directory) = state else { return }
        pending.note(readings)
        decideAgain()
      }
      // An upstream that answers that question byte by byte must not keep its clients waiting.
      host.setDeadline(after: directoryPatience)
    case .manage(let call):
      host.park(view, atHand)
      wait(.management)
      host.manage(call) { [self] answer in
        guard case .waiting(.management) = state else { return }
        host.facts.notes.reason = answer.refusal ?? ""
        // The body was read whole before the call; what else was received is the next request.
        respond(LocalAnswer(status: answer.status, fields: answer.fields, body: answer.body, rest: answer.rest))
      }
    }
  }

  private func wait(_ wait: Wait) {
    state = .waiting(wait)
    host.holdInput()
  }

  /// For how long a request waits for the directory to be asked for anew.
  var directoryPatience: Interval { .seconds(15) }

  /// Decides the head that was kept, now that more is known.
  private func decideAgain() {
    if let problem = host.withParkedRequest({ decide($0, $1) }) { refuse(.badHead(problem, host.limits)) }
  }

  // MARK: Bodies

  /// Reads off what is at hand of a body that nobody needs; what follows it is kept. False where that was refused.
  private func skipBody(_ atHand: UnsafeMutableRawBufferPointer) -> Bool {
    do throws(HeadProblem) {
      _ = try host.take(atHand)
      return true
    } catch {
      refuse(Refusal(error))
      return false
    }
  }

  /// Begins to collect the body that the decision needs.
  private func collect(_ atHand: UnsafeMutableRawBufferPointer, limit: Int) {
    if let length = host.requestBody.remainingLength, length > limit { return refuse(.tooLarge(limit, host.limits)) }
    state = .collecting(limit: limit)
    host.beginBody(bodyPatience)
    host.readsInput = true
    receive(atHand)
  }

  func collected(_ payload: UnsafeRawBufferPointer, _ limit: Int) {
    guard body.append(payload, of: host.requestBody, limit: limit) else {
      return refuse(.tooLarge(limit, host.limits))
    }
    guard host.requestBody.isComplete else { return }
    pending.note(body: body)
    body.release()
    decideAgain()
  }
}
