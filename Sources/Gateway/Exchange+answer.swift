// Answers that gatehouse makes itself.

import Decision
import Formats
import HTTP
import ManagementAPI
import JSON

extension Exchange {
  /// Answers that the request is not forwarded, or what came of it; lets go of what it has of the upstream.
  func refuse(_ refusal: Refusal) {
    dropUpstream()
    host.facts.notes.reason = (refusal.detail ?? refusal.message).prefixOfBytes(AnswerDialect.longestText)
    host.note(refusal)
    let dialect = AnswerDialect(
      upstream: host.dialect, version: host.version, isAPI2: host.facts.isOfAPI2, form: host.facts.form)
    respond(dialect.answer(refusal))
  }

  func respond(_ answer: LocalAnswer) {
    host.facts.status = answer.status
    // Where the client is gone, what it asked for was carried to its end all the same.
    guard !host.isGone else { return end(isAnswered: false) }
    let hasBody = !host.facts.answersHead && answer.status != 204
    // A short answer leaves in one piece with its head, a long one in several, as its client takes them.
    let isLong = answer.body.count > AnswerRest.pieceBytes
    host.begin(answer, hasBody: hasBody && !isLong && answer.rest == nil)
    guard hasBody else { return end(isAnswered: true) }
    if !isLong { host.facts.bytesOut += answer.body.count }
    guard answer.rest != nil || isLong else { return end(isAnswered: true) }
    // What is left of the body must not be held for the next request.
    host.receive(host.requestBody.isComplete ? .ahead : .body)
    host.readsInput = true
    if isLong { return self.answer(AnswerRest(answer.body, then: answer.rest)) }
    host.write(answer.body, isLast: false)
    if let rest = answer.rest { self.answer(rest) }
  }

  /// Goes on with an answer whose head and first piece have been written: asks for the next piece once the client has
  /// taken those before, for no more than one is ever held for it.
  func answer(_ rest: AnswerRest) {
    state = .answering(rest)
    if host.isGone { return }
    if host.isCongested { return host.awaitTaking() }
    state = .makingPiece
    // The thread that makes it has no deadline, and the client nothing to take meanwhile.
    host.clearDeadline()
    host.makePiece(rest) { [self] piece in
      // The client may have left while it was made.
      guard case .makingPiece = state else { return }
      host.facts.bytesOut += piece.bytes.count
      host.write(piece.bytes, isLast: piece.rest == nil)
      if let rest = piece.rest { answer(rest) } else { end(isAnswered: true) }
    }
  }
}
