// The bytes of one client's connection, without a socket.

import Decision
import HTTP
import Testing

@testable import Gateway

/// A connection with the memory that a loop would lend it.
final class Wire {
  var connection = HTTP1Connection()
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private let decoder = RequestHeadDecoder()
  let limits = HeadLimits(bytes: 4_096, fields: 20)

  init(isOpen: Bool = true) { if isOpen { connection.awaitRequest() } }

  deinit {
    memory.deallocate()
    room.deallocate()
  }

  private func lent(_ text: String) -> UnsafeMutableRawBufferPointer {
    let bytes = Array(text.utf8)
    memory.copyBytes(from: bytes)
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes.count])
  }

  /// What a head comes to, and what follows it.
  func receiveHead(_ text: String) -> (begins: Bool, outcome: String, rest: String) {
    let (begins, head) = connection.takeHead(lent(text), limits: limits, room: room)
    switch head {
    case .incomplete(let held): return (begins, "incomplete \(held)", "")
    case .refused: return (begins, "refused", "")
    case .overfull: return (begins, "overfull", "")
    case .whole(let bytes, let length):
      return (begins, "whole \(length)", String(decoding: bytes[length...], as: UTF8.self))
    }
  }

  /// Reads a whole head and begins its exchange; what follows it is given to the body.
  @discardableResult
  func begin(_ text: String, lacksLength: Bool = false) throws -> String {
    let (_, head) = connection.takeHead(lent(text), limits: limits, room: room)
    guard case .whole(let bytes, let length) = head else { return "no head" }
    try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[..<length]), limits: limits)
    try connection.beginExchange(decoder, lacksLength: lacksLength)
    let payload = try connection.takeBody(UnsafeMutableRawBufferPointer(rebasing: bytes[length...]))
    return String(decoding: payload, as: UTF8.self)
  }

  func receiveBody(_ text: String) throws -> String {
    String(decoding: try connection.takeBody(lent(text)), as: UTF8.self)
  }

  func drain(_ text: String) -> HTTP1Connection.Following? {
    _ = connection.notesProgress(text.utf8.count)
    return connection.drain(lent(text))
  }

  func expire(backlog: Int) -> HTTP1Connection.Expiry { connection.expire(backlog: backlog) }
  func takeContinue() -> Bool { connection.takeContinue() }
  func notesProgress(_ count: Int) -> Bool { connection.notesProgress(count) }
  func finishExchange(closes: Bool) -> HTTP1Connection.Following { connection.finishExchange(closes: closes) }
  func releaseLongHead() -> Int { connection.releaseLongHead() }

  func holdAhead(_ text: String) -> Bool { connection.holdAhead(lent(text)) }
}

let ping = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
func posted(_ count: Int, _ fields: String = "") -> String {
  "POST /write?db=a HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(count)\r\n\r\n"
}
