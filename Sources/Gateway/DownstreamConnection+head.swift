// The head of a request: read, kept where it comes in pieces, decoded, and decoded again where its decision had to wait.

import Decision
import HTTP
import Observation
import Synchronization
import Threading
import Transport

extension DownstreamConnection {
  /// Reads more of a head.
  func readHead(_ stream: ByteStream) {
    let room = gateway.loop.scratch.room
    switch stream.read(into: room) {
    case .bytes(let count):
      let bytes = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
      if hold.isEmpty { processHead(bytes) } else { continueHead(bytes) }
    case .wouldBlock: break
    case .end: closeInOrder()
    case .failed: close()
    }
  }

  /// Begins a request with what was read of it; decides it where its head is whole.
  func processHead(_ bytes: UnsafeMutableRawBufferPointer) {
    if exchange.startedAt == .start {
      exchange.startedAt = .now
      stream?.setDeadline(after: settings.timeouts.head)
    }
    do throws(HeadProblem) {
      let length = try scanner.headLength(in: UnsafeRawBufferPointer(bytes), limits: settings.limits.head)
      if let length { return process(bytes, headLength: length) }
      hold.append(contentsOf: bytes)
      holdsPartOfHead = true
      _ = reserveLongHead(hold.count)
    } catch {
      exchange.describeBeginning(UnsafeRawBufferPointer(bytes))
      refuse(.badHead(error, settings.limits))
    }
  }

  /// Goes on with a head that comes in pieces. It is looked through where it is kept, and moved once: a peer that sends
  /// a long one byte by byte must not have all of it copied with each.
  private func continueHead(_ bytes: UnsafeMutableRawBufferPointer) {
    hold.append(contentsOf: bytes)
    do throws(HeadProblem) {
      guard let length = try lengthOfHeldHead() else {
        _ = reserveLongHead(hold.count)
        return
      }
      holdsPartOfHead = false
      guard let whole = unhold(into: gateway.loop.scratch.longRoom) else { return }
      process(whole, headLength: length)
    } catch {
      hold.withUnsafeBytes { exchange.describeBeginning($0) }
      refuse(.badHead(error, settings.limits))
    }
  }

  private func lengthOfHeldHead() throws(HeadProblem) -> Int? {
    var outcome = Result<Int?, HeadProblem>.success(nil)
    hold.withUnsafeBytes { held in
      do throws(HeadProblem) {
        outcome = .success(try scanner.headLength(in: held, limits: settings.limits.head))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Decodes and decides one request, whose head is whole.
  private func process(_ bytes: UnsafeMutableRawBufferPointer, headLength length: Int) {
    let decoder = gateway.decoder
    let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
    guard length <= settings.limits.headBytes || reserveLongHead(length) else { return }
    do throws(HeadProblem) {
      try decoder.decode(head, limits: settings.limits.head)
      let view = RequestView(bytes: head, head: decoder, client: client)
      exchange.describe(view)
      if lacksLength(view, following: bytes.count - length) { throw .lengthMissing }
      requestBody = BodyDecoder(decoder.framing)
      hasReadHead = true
      decide(view, rest: UnsafeMutableRawBufferPointer(rebasing: bytes[length...]))
    } catch {
      exchange.describeBeginning(head)
      refuse(.badHead(error, settings.limits))
    }
  }

  /// Takes a part of the memory for long heads, for as long as the exchange lasts; false where there is none left, which
  /// is answered.
  private func reserveLongHead(_ count: Int) -> Bool {
    guard count > settings.limits.headBytes else { return true }
    let more = count - longHeadBytes
    guard gateway.shared.longHeads.add(more, ordering: .relaxed).newValue <= GatewayLimits.longHeadBytes else {
      gateway.shared.longHeads.subtract(more, ordering: .relaxed)
      hold.withUnsafeBytes { exchange.describeBeginning($0) }
      refuse(.longHeads)
      return false
    }
    longHeadBytes = count
    return true
  }

  func releaseLongHead() {
    guard longHeadBytes > 0 else { return }
    gateway.shared.longHeads.subtract(longHeadBytes, ordering: .relaxed)
    longHeadBytes = 0
  }

  /// The head that was kept, decided again now that more is known.
  func decideAgain() {
    let room = gateway.loop.scratch.longRoom
    let count = min(parkedHead.count, room.count)
    parkedHead.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    let head = UnsafeRawBufferPointer(rebasing: room[..<count])
    do throws(HeadProblem) {
      try gateway.decoder.decode(head, limits: settings.limits.head)
      let view = RequestView(bytes: head, head: gateway.decoder, client: client)
      // What was received after the head goes back behind it.
      guard let rest = unhold(into: UnsafeMutableRawBufferPointer(rebasing: room[count...])) else { return }
      decide(view, rest: rest)
    } catch {
      refuse(.badHead(error, settings.limits))
    }
  }

  /// Moves what is held to the start of `room`. It always fits, for no more is ever read than does; were it not so,
  /// going on would mean to lose bytes in the middle.
  func unhold(into room: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer? {
    guard hold.count <= room.count else {
      gateway.events.log(.error, "more is held than fits", ["client": .text(client.address)])
      close()
      return nil
    }
    hold.withUnsafeBytes { room.copyMemory(from: $0) }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: room[..<hold.count])
    hold.release()
    return bytes
  }
}
