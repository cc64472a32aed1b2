// What is read of a client, by what its connection is in the middle of.

import Decision
import HTTP
import Observation
import Transport

extension DownstreamConnection {
  /// Bytes that are read at once of a body that is counted as it passes.
  private static let gaugedBytes = 2_048

  // MARK: Heads

  /// Goes on with a request's head, and begins its exchange where that is whole.
  func process(_ bytes: UnsafeMutableRawBufferPointer) {
    let (begins, head) = link.http.takeHead(bytes, limits: link.limits.head, room: link.scratch.longRoom)
    if begins {
      exchange.begin()
      link.setDeadline(after: link.timeouts.head)
    }
    switch head {
    case .whole(let bytes, let length): process(bytes, headLength: length)
    case .incomplete(let held):
      guard !link.reserveLongHead(held) else { return }
      let beginning = link.http.held
      beginning.withUnsafeBytes { exchange.refuseHead(.longHeads, beginning: $0) }
    case .refused(let problem, let beginning):
      exchange.refuseHead(.badHead(problem, link.limits), beginning: beginning)
    case .overfull: link.closeOverfull()
    }
  }

  private func process(_ bytes: UnsafeMutableRawBufferPointer, headLength length: Int) {
    let limits = link.limits
    guard length <= limits.headBytes || link.reserveLongHead(length) else { return exchange.refuse(.longHeads) }
    let decoder = gateway.decoder
    let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
    do throws(HeadProblem) {
      try decoder.decode(head, limits: limits.head)
      let view = RequestView(bytes: head, head: decoder, client: link.client)
      link.facts.describe(view)
      let following = bytes.count - length
      try link.http.beginExchange(decoder, lacksLength: view.lacksLength(link.facts.kind, following: following))
      exchange.decide(view, UnsafeMutableRawBufferPointer(rebasing: bytes[length...]))
    } catch {
      exchange.refuseHead(.badHead(error, limits), beginning: head)
    }
  }

  // MARK: What is read

  func readHead(_ stream: ByteStream) {
    let room = link.scratch.room
    switch stream.read(into: room) {
    case .bytes(let count): process(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
    case .wouldBlock: break
    case .end: link.closeInOrder()
    case .failed: link.close()
    }
  }

  /// Reads once: a fast client has its turn again after the others' events.
  func readBody(_ stream: ByteStream) {
    // What follows the body fits behind the parked head when that is decided again: in the loop's long room.
    let whole = link.scratch.room
    // What is inflated takes a loop a thousand times as long as what is passed on.
    let most = exchange.countsBody ? Self.gaugedBytes : whole.count
    let room = UnsafeMutableRawBufferPointer(rebasing: whole[..<min(whole.count, most)])
    switch stream.read(into: room) {
    case .bytes(let count):
      let bytes = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
      guard link.http.state != .draining else {
        link.noteProgress(count, patience: link.timeouts.bodyProgress)
        if let following = link.http.drain(bytes) { link.go(on: following) }
        return
      }
      link.noteProgress(count, patience: exchange.bodyPatience)
      exchange.receive(bytes)
    case .wouldBlock: break
    case .end, .failed: clientLeft()
    }
  }

  /// Takes what a client sends while its response is awaited, up to a bound.
  func readAhead(_ stream: ByteStream) {
    let room = link.scratch.room
    let held = link.http.heldCount
    guard held < room.count else {
      stream.readsInput = false
      return
    }
    let free = UnsafeMutableRawBufferPointer(rebasing: room[held...])
    switch stream.read(into: free) {
    case .bytes(let count):
      let mayGoOn = link.http.holdAhead(UnsafeMutableRawBufferPointer(rebasing: free[..<count]))
      if !mayGoOn { stream.readsInput = false }
    case .wouldBlock: break
    case .end, .failed: clientLeft()
    }
  }

  func readOff(_ stream: ByteStream) {
    switch stream.read(into: link.scratch.room) {
    case .bytes, .wouldBlock: break
    case .end, .failed: link.close()
    }
  }

  /// The client will not send more.
  func clientLeft() {
    link.http.response.keepsAlive = false
    link.readsInput = false
    if case .inExchange = link.http.state { exchange.clientLeft() } else { link.close() }
  }
}

extension RequestView {
  /// Whether what follows may be a body that nothing tells the end of. HTTP/1.0 has clients that send one so, and points
  /// that were not read must not be answered 204.
  fileprivate func lacksLength(_ kind: RequestKind, following: Int) -> Bool {
    guard head.minorVersion == 0, head.framing == .none else { return false }
    switch head.method {
    case .post, .put, .patch: break
    default: return false
    }
    switch kind {
    case .write: return true
    case .query: return following > 0 || value(.contentType) != nil
    default: return false
    }
  }
}
