// A long answer of our own on its way to the client, one piece after the other.

import Decision
import ManagementAPI
import Transport

extension DownstreamConnection {
  /// Goes on with an answer whose head and first piece have been written.
  func answer(_ rest: AnswerRest) {
    state = .answering(rest)
    continueAnswer()
  }

  /// Asks for the next piece once the client has taken those before: no more than one is ever held for it.
  func continueAnswer() {
    guard case .answering(let rest?) = state, let stream else { return }
    if stream.isCongested { return awaitTaking(stream) }
    state = .answering(nil)
    // The thread that makes it has no deadline, and the client nothing to take meanwhile.
    stream.clearDeadline()
    let resume = gateway.loop.resumption { [self] (piece: AnswerRest.Piece) in received(piece) }
    rest.next { resume($0) }
  }

  private func received(_ piece: AnswerRest.Piece) {
    turn {
      // The client may have left while it was made.
      guard case .answering = state else { return }
      exchange.bytesOut += piece.bytes.count
      stream?.write(exchange.response.framed(piece.bytes, isLast: piece.rest == nil))
      if let rest = piece.rest { answer(rest) } else { finishAnswer() }
    }
  }

  /// Ends an answer that is not whole, by a reset: without chunks an orderly end would say that it is, and what the
  /// kernel holds of it for a client that takes nothing would stay there for minutes.
  func abandonAnswer() {
    exchange.response.keepsAlive = false
    stream?.resetAtClose()
    abandonExchange()
  }

  /// Ends what did not end within the time for draining. An answer of which a part has been sent ends by a reset, as in
  /// `abandonAnswer`.
  func cutOff() {
    switch state {
    case .readingHead, .lingering, .opening, .draining, .closed: return
    case .answering, .relaying: stream?.resetAtClose()
    case .collecting, .streaming, .leasing, .awaitingResponse, .waiting: break
    }
    exchange.response.keepsAlive = false
    if exchange.notes.reason.isEmpty { exchange.notes.reason = "shut down" }
    abandonExchange()
  }
}
