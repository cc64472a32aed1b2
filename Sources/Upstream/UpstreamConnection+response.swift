// The response of an upstream, as its exchange is told of it.

import HTTP
import Transport

extension UpstreamConnection {
  /// 1xx responses before the final one: more is a flood (RFC 9110 §15.2 expects few).
  private static let maximumInformational = 8

  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    if state == .receivingBody { return receivedBody(bytes, head: nil) }
    var rest = bytes
    while true {
      do throws(HeadProblem) {
        let limits = HeadLimits(bytes: pool.limits.headBytes, fields: pool.limits.headFields)
        // Something that speaks another protocol first would be waited for until the deadline.
        guard UnsafeRawBufferPointer(rest).couldBeginResponse else { throw .malformedStatusLine }
        guard let length = try scanner.headLength(in: UnsafeRawBufferPointer(rest), limits: limits) else {
          held.append(contentsOf: rest)
          return
        }
        let head = UnsafeRawBufferPointer(rebasing: rest[..<length])
        let decoder = pool.decoder
        try decoder.decode(head, answersHead: answersHead, limits: limits)
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[length...])
        if decoder.isInformational {
          informational += 1
          guard informational <= Self.maximumInformational else { throw .malformedStatusLine }
          scanner = HeadScanner()
          continue
        }
        begin(body: decoder)
        return receivedBody(rest, head: UpstreamResponseHead(bytes: head, decoder: decoder))
      } catch {
        return fail(.malformed(error))
      }
    }
  }

  private func begin(body decoder: ResponseHeadDecoder) {
    state = .receivingBody
    framing = decoder.framing
    body = BodyDecoder(framing)
    // An answer before the request was whole leaves the rest of the request in the way of the next.
    keepsAlive = decoder.keepsAlive && requestIsComplete
  }

  private func receivedBody(_ bytes: UnsafeMutableRawBufferPointer, head: UpstreamResponseHead?) {
    let step: ChunkedDecoder.Step
    do throws(HeadProblem) { step = try body.decode(bytes) } catch { return fail(.malformed(error)) }
    clientWait.moved(step.produced, now: pool.loop.now)
    let excess = bytes.count - step.consumed
    if excess > 0 {
      keepsAlive = false
      // Nothing of it has been passed on yet: an answer that does not end where it says is no answer.
      if head != nil { return fail(.malformed(.contentLengthInvalid)) }
    }
    deliver(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<step.produced]), head: head,
      isComplete: body.isComplete)
  }

  func deliver(_ payload: UnsafeRawBufferPointer, head: UpstreamResponseHead?, isComplete: Bool) {
    guard let handler else { return close() }
    guard isComplete else {
      if head != nil || payload.count > 0 {
        handler.upstreamReceived(self, head: head, body: payload, isComplete: false)
      }
      return
    }
    self.handler = nil
    endLease()
    // A request that is still leaving when its response is complete would run into the next one.
    if keepsAlive, !isCongested, !isBroken, pool.accepts(idle: self) {
      state = .idle
      idleSince = pool.loop.now
      stream?.readsInput = true
      stream?.setDeadline(after: pool.limits.idleTimeout)
      pool.put(idle: self)
    } else {
      close()
    }
    handler.upstreamReceived(self, head: head, body: payload, isComplete: true)
    pool.serveWaiters()
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var couldBeginResponse: Bool { zip(self, "HTTP/1.".utf8).allSatisfy { $0 == $1 } }
}
