// What a connection does with a verdict.

import Authorizations
import Formats
import Access
import Decision
import HTTP
import ManagementAPI
import Threading
import Transport
import Upstream

extension DownstreamConnection {
  /// - Parameter rest: what was received after the head, in the loop's scratch.
  func decide(_ view: RequestView, rest: UnsafeMutableRawBufferPointer) {
    let verdict = gateway.gatekeeper.judge(view, &progress, memo: &memo, notes: &exchange.notes)
    if strangerNumber != nil, exchange.notes.holder != nil { gateway.admit(self) }
    switch verdict {
    case .forward(let request): forward(request, view, rest: rest)
    case .answer(let answer):
      if skipBody(rest) { respond(answer) }
    case .refuse(let refusal):
      exchange.form.isPretty = gateway.gatekeeper.wantsPretty(view, progress)
      if skipBody(rest) { refuse(refusal) }
    case .needsBody(let limit):
      park(view, rest: UnsafeMutableRawBufferPointer(rebasing: rest[..<0]))
      collect(rest, toDecide: true, limit: limit)
    case .verify(let verification):
      park(view, rest: rest)
      verify(verification)
    case .ask(let inquiry):
      park(view, rest: rest)
      wait()
      let answered = gateway.loop.resumption { [self] (readings: [DirectoryQuestion: DirectoryReading]) in
        progress.readings.merge(readings) { $1 }
        resume()
      }
      gateway.shared.services.ask(inquiry) { answered($0) }
      // An upstream that answers that question byte by byte must not keep its clients waiting.
      stream?.setDeadline(after: Self.directoryPatience)
    case .manage(let call):
      park(view, rest: rest)
      wait()
      let resume = gateway.loop.resumption { [self] (answer: ManagementAnswer) in managed(answer) }
      gateway.shared.services.manage(call) { resume($0) }
    }
  }

  /// Milliseconds for which a request waits for the directory to be asked for anew.
  static let directoryPatience = Interval.seconds(15)

  private func wait() {
    state = .waiting
    // A response of the thread that is waited for comes in any case; the client's deadline is not the thread's.
    stream?.clearDeadline()
    stream?.readsInput = false
  }

  private func verify(_ verification: PendingVerification) {
    wait()
    isVerifying = true
    let shared = gateway.shared
    let resume = gateway.loop.resumption { [self] (result: VerificationResult) in
      isVerifying = false
      progress.authentication = shared.authenticator.conclude(
        verification, result, snapshot: shared.authorizations.value)
      self.resume()
    }
    let settled = shared.authenticator.start(
      verification, snapshot: shared.authorizations.value, now: shared.clock(), isFresh: !hasFailedLogIn
    ) { resume($0) }
    if let settled {
      resume.cancel(in: gateway.loop)
      isVerifying = false
      progress.authentication = settled
      self.resume()
    }
  }

  /// Goes on with the parked request.
  private func resume() {
    turn {
      guard case .waiting = state else { return }
      decideAgain()
    }
  }

  private func managed(_ answer: ManagementAnswer) {
    turn {
      guard case .waiting = state else { return }
      exchange.notes.reason = answer.refusal ?? ""
      // The body was read whole before the call; what else was received is the next request.
      respond(LocalAnswer(status: answer.status, fields: answer.fields, body: answer.body, rest: answer.rest))
    }
  }

  // MARK: Bodies

  /// Reads off what is at hand of a body that nobody needs; what follows it is kept. False where that was refused.
  func skipBody(_ rest: UnsafeMutableRawBufferPointer) -> Bool {
    do throws(HeadProblem) {
      let step = try requestBody.decode(rest)
      exchange.bytesIn += step.produced
      hold.append(contentsOf: rest[step.consumed...])
      return true
    } catch {
      refuse(.malformed(error.reason, closes: true))
      return false
    }
  }

  /// Begins to collect a body.
  func collect(_ rest: UnsafeMutableRawBufferPointer, toDecide: Bool, limit: Int) {
    bodyLimit = limit
    if let length = requestBody.remainingLength, length > limit {
      return refuse(.tooLarge(limit, settings.limits))
    }
    state = .collecting(toDecide: toDecide)
    sayContinue()
    stream?.readsInput = true
    noteProgress(0, isStart: true)
    take(rest)
  }

  /// The client waits for it before it sends its body (RFC 9110 §10.1.1).
  func sayContinue() {
    guard exchange.expectsContinue, !requestBody.isComplete else { return }
    exchange.expectsContinue = false
    stream?.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
  }

  /// Bytes that are read at once of a body that is counted as it passes.
  private static let gaugedBytes = 2_048

  /// Reads once: a fast client has its turn again after the others' events.
  func readBody(_ stream: ByteStream) {
    // What follows the body fits behind the parked head when that is decided again: in the loop's long room.
    let whole = gateway.loop.scratch.room
    // What is inflated takes a loop a thousand times as long as what is passed on.
    let most = gauge == nil ? whole.count : Self.gaugedBytes
    let room = UnsafeMutableRawBufferPointer(rebasing: whole[..<min(whole.count, most)])
    switch stream.read(into: room) {
    case .bytes(let count):
      noteProgress(count)
      take(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
    case .wouldBlock: break
    case .end, .failed: clientLeft()
    }
  }

  /// Uses bytes of the body, by the state.
  func take(_ bytes: UnsafeMutableRawBufferPointer) {
    let step: ChunkedDecoder.Step
    do throws(HeadProblem) { step = try requestBody.decode(bytes) } catch {
      // Its answer is written already: a second one would be taken for the next request's.
      if case .draining = state { return linger() }
      abandonUpstream()
      return refuse(.malformed(error.reason, closes: true))
    }
    exchange.bytesIn += step.produced
    hold.append(contentsOf: bytes[step.consumed...])
    let payload = UnsafeRawBufferPointer(rebasing: bytes[..<step.produced])
    switch state {
    case .collecting(let toDecide): collected(payload, toDecide: toDecide)
    case .streaming: pass(payload)
    case .draining: drained()
    default: break
    }
  }

  private func collected(_ payload: UnsafeRawBufferPointer, toDecide: Bool) {
    guard payload.count <= bodyLimit - body.count, requestBody.announced <= bodyLimit - body.count - payload.count
    else {
      return refuse(.tooLarge(bodyLimit, settings.limits))
    }
    body.append(contentsOf: payload)
    if requestBody.isComplete {
      if toDecide {
        progress.body = body
        body.release()
        decideAgain()
      } else {
        sendCollected()
      }
    } else if !toDecide, body.count > settings.limits.collectBytes {
      beginStreaming()
    }
  }

  /// As much of a refused body is read off as is worth keeping the connection for, bytes.
  private static let maximumDrain = 262_144

  /// Whether the rest of the body will be read off rather than the connection closed.
  var canDrain: Bool {
    guard !exchange.expectsContinue else { return false }
    guard let remaining = requestBody.remainingLength else { return true }
    return remaining <= Self.maximumDrain
  }

  private func drained() {
    if requestBody.isComplete {
      awaitRequest()
    } else if received > Self.maximumDrain {
      linger()
    }
  }
}
