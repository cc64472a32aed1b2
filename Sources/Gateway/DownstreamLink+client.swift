// The client's side of an exchange over HTTP/1.

import Decision
import HTTP
import Threading
import Transport
import Upstream

extension DownstreamLink {
  var isGone: Bool { stream == nil }
  var requestBody: BodyDecoder { http.body }

  func takeBody(_ bytes: UnsafeMutableRawBufferPointer) throws(HeadProblem) -> UnsafeRawBufferPointer {
    try http.takeBody(bytes)
  }

  func park(_ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer) { http.park(view.bytes, atHand) }

  func withParkedHead(_ use: (RequestView) -> Void) -> HeadProblem? {
    let kept = http.parkedHead
    return kept.withUnsafeBytes { bytes in
      do throws(HeadProblem) {
        try gateway.decoder.decode(bytes, limits: settings.limits.head)
        use(RequestView(bytes: bytes, head: gateway.decoder, client: client))
        return nil
      } catch {
        return error
      }
    }
  }

  func withParkedRequest(_ use: (RequestView, UnsafeMutableRawBufferPointer) -> Void) -> HeadProblem? {
    let room = gateway.loop.scratch.longRoom
    let kept = http.parkedHead
    let count = min(kept.count, room.count)
    kept.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    let head = UnsafeRawBufferPointer(rebasing: room[..<count])
    do throws(HeadProblem) { try gateway.decoder.decode(head, limits: settings.limits.head) } catch { return error }
    // What was received after the head goes back behind it.
    guard let atHand = unhold(into: UnsafeMutableRawBufferPointer(rebasing: room[count...])) else { return nil }
    use(RequestView(bytes: head, head: gateway.decoder, client: client), atHand)
    return nil
  }

  func withHeldBody(_ use: (UnsafeMutableRawBufferPointer) -> Void) {
    if let held = unhold(into: gateway.loop.scratch.room) { use(held) }
  }

  func receive(_ input: ExchangeInput) { http.receive(input) }

  var readsInput: Bool {
    get { stream?.readsInput ?? false }
    set { stream?.readsInput = newValue }
  }

  func sayContinue() {
    if http.takeContinue() { stream?.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
  }

  func awaitBody(_ patience: Interval) {
    http.beginProgress()
    stream?.setDeadline(after: patience)
  }

  func setDeadline(after patience: Interval) { stream?.setDeadline(after: patience) }
  func clearDeadline() { stream?.clearDeadline() }
  var isCongested: Bool { stream?.isCongested ?? false }

  func awaitTaking() {
    guard let stream else { return }
    http.awaitTaking(backlog: stream.backlog)
    stream.setDeadline(after: settings.timeouts.sendProgress)
  }

  func takesOn() -> Bool {
    guard let stream, http.takesOn(backlog: stream.backlog) else { return false }
    stream.setDeadline(after: settings.timeouts.sendProgress)
    return true
  }

  // MARK: Responses

  func begin(_ answer: LocalAnswer, hasBody: Bool) {
    http.beginAnswer(closes: answer.closesConnection || isDraining)
    var writer = ByteWriter(gateway.loop.scratch.head)
    http.response.writeHead(answer, date: gateway.dateField, &writer)
    if hasBody { writer.append(answer.body) }
    stream?.write(writer.written)
  }

  func write(_ piece: [UInt8], isLast: Bool) { stream?.write(http.response.framed(piece, isLast: isLast)) }

  func relay(
    _ head: UpstreamResponseHead?, to request: UpstreamRequest, _ piece: UnsafeRawBufferPointer, isComplete: Bool,
    isHeld: Bool
  ) -> Delivery {
    var writer = ByteWriter(gateway.loop.scratch.head)
    let suffix = http.frame(
      head, to: request, piece.count, isComplete: isComplete, closes: isDraining, &writer)
    guard !writer.hasOverflowed else { return .overflow }
    if isHeld {
      var end = Array(writer.written) + piece
      suffix.withUTF8Buffer { end += $0 }
      return .held(end)
    }
    if piece.count == 0 {
      stream?.write(writer.written)
    } else if let whole = gateway.loop.scratch.surround(piece, prefix: writer.written, suffix: suffix) {
      stream?.write(whole)
    } else {
      return .overflow
    }
    return .sent
  }

  func writeHeld(_ bytes: [UInt8]) { stream?.write(bytes) }

  func spoil(always: Bool) {
    http.response.keepsAlive = false
    if always || http.response.endsWithConnection { stream?.resetAtClose() }
  }

  func exchangeAnswered() { go(on: http.finishExchange(closes: isDraining)) }

  func exchangeAbandoned() { close() }
}
