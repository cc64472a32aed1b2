// Answers that gatehouse makes itself, and the end of a connection.

import Observation
import Synchronization
import Decision
import Formats
import HTTP
import JSON
import ManagementAPI
import Transport

extension DownstreamConnection {
  func refuse(_ refusal: Refusal) {
    gateway.metrics.recordRefusal(refusal.kind.metric)
    if refusal.kind == .unauthenticated { hasFailedLogIn = true }
    exchange.notes.reason = (refusal.detail ?? refusal.message).prefixOfBytes(AnswerDialect.longestText)
    if exchange.methodText.isEmpty { exchange.methodText = "-" }
    if exchange.isOfManagement {
      gateway.shared.services.noteRefusal(
        RefusedCall(
          ManagementCall(method: exchange.methodText, path: exchange.path, source: client.address),
          status: refusal.status, reason: refusal.message.prefixOfBytes(AnswerDialect.longestText)))
    }
    let dialect = AnswerDialect(
      upstream: settings.dialect, version: gateway.gatekeeper.status.version,
      isAPI2: exchange.isOfAPI2, form: exchange.form)
    respond(dialect.answer(refusal))
  }

  /// Writes a response and goes on to the next request, or ends the connection where that is not safe.
  func respond(_ answer: LocalAnswer) {
    exchange.status = answer.status
    guard stream != nil else {
      // The client is gone; what it asked for was carried to its end all the same.
      record()
      return close()
    }
    if answer.closesConnection || gateway.shared.isDraining.load(ordering: .relaxed)
      || (!requestBody.isComplete && !canDrain)
    {
      exchange.response.keepsAlive = false
    }
    var writer = ByteWriter(gateway.loop.scratch.head)
    exchange.response.writeHead(answer, date: gateway.dateField, &writer)
    let hasBody = !exchange.response.answersHead && answer.status != 204
    // A short answer leaves in one piece with its head, a long one in several, as its client takes them.
    let isLong = answer.body.count > AnswerRest.pieceBytes
    if hasBody, !isLong {
      exchange.bytesOut += answer.body.count
      if answer.rest == nil { writer.append(answer.body) }
    }
    stream?.write(writer.written)
    guard hasBody, answer.rest != nil || isLong else { return finishAnswer() }
    stream?.readsInput = true
    if isLong { return self.answer(AnswerRest(answer.body, then: answer.rest)) }
    stream?.write(exchange.response.framed(answer.body, isLast: false))
    if let rest = answer.rest { self.answer(rest) }
  }

  /// After the last byte of an answer of our own.
  func finishAnswer() {
    record()
    guard exchange.response.keepsAlive, !gateway.shared.isDraining.load(ordering: .relaxed) else { return linger() }
    guard requestBody.isComplete else {
      state = .draining
      received = 0
      stream?.readsInput = true
      noteProgress(0, isStart: true)
      return
    }
    awaitRequest()
  }

  /// Closes in the way that lets the client read the answer: a close with unread input would reset it away
  /// (RFC 9112 §9.6).
  func linger() {
    guard let stream else { return }
    state = .lingering
    lingersForInput = !hasReadHead || !requestBody.isComplete || !hold.isEmpty
    releaseLongHead()
    hold = []
    body = []
    outgoing = []
    parkedHead = []
    stream.readsInput = true
    if stream.isCongested { awaitTaking(stream) } else { finishLingering(stream) }
  }

  /// Once everything has left: waits for the client to close, or not where it has nothing more to send and the server ends.
  func finishLingering(_ stream: ByteStream) {
    stream.finishWriting()
    if stream.isCongested { return awaitTaking(stream) }
    if !lingersForInput, gateway.shared.isDraining.load(ordering: .relaxed), !stream.isStale { return close() }
    stream.setDeadline(after: Self.lingerTime)
  }

  func readOff(_ stream: ByteStream) {
    switch stream.read(into: gateway.loop.scratch.room) {
    case .bytes, .wouldBlock: break
    case .end, .failed: close()
    }
  }
}
