// One connection that gatehouse opened to the scripted upstream, in the hands of a script.

import CSystem
import Glibc
import TestSupport

/// Lives in the thread of its connection.
final class UpstreamConnection {
  let index: Int
  fileprivate let descriptor: Int32
  private let record: ([UInt8]) -> Void
  private let complete: (UpstreamRequest) -> Void
  private var buffer: [UInt8] = []
  private(set) var isOpen = true
  /// Bytes that came over this connection so far.
  private(set) var receivedCount = 0

  /// `record` sees each piece that comes, `complete` each request that was taken whole.
  init(
    descriptor: Int32, index: Int, record: @escaping ([UInt8]) -> Void, complete: @escaping (UpstreamRequest) -> Void
  ) {
    self.descriptor = descriptor
    self.index = index
    self.record = record
    self.complete = complete
  }

  /// Waits for the next bytes; false at the end of the connection.
  @discardableResult
  func fill() -> Bool {
    guard isOpen else { return false }
    var room = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &room, room.count, 0)
    guard count > 0 else {
      close()
      return false
    }
    room.removeLast(room.count - count)
    receivedCount += count
    record(room)
    buffer.append(contentsOf: room)
    return true
  }

  /// Waits for a whole head without taking it; nil at the end of the connection.
  func peekHead() throws -> UpstreamRequest? {
    while true {
      if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
        return try UpstreamRequest(head: String(decoding: buffer[..<end.upperBound], as: UTF8.self))
      }
      if !fill() { return nil }
    }
  }

  /// Takes the next request with its body.
  func readRequest() throws -> UpstreamRequest {
    var request = try readHead()
    if request["Expect"]?.lowercased() == "100-continue" { send("HTTP/1.1 100 Continue\r\n\r\n") }
    if request["Transfer-Encoding"]?.lowercased() == "chunked" {
      while let chunk = try readChunk() { request.body += chunk }
    } else if let length = request["Content-Length"].flatMap({ Int($0) }) {
      request.body = try take(length)
    }
    complete(request)
    return request
  }

  /// Takes the next head alone.
  func readHead() throws -> UpstreamRequest {
    guard var request = try peekHead() else { throw HarnessFailure("the connection ended") }
    _ = try take(request.head.utf8.count)
    request.connection = index
    return request
  }

  /// Takes one chunk of a chunked body; nil after the last, with the trailer taken as well.
  func readChunk() throws -> [UInt8]? {
    guard let size = Int(try takeLine().prefix { $0 != ";" }, radix: 16) else { throw HarnessFailure("chunk size") }
    if size == 0 {
      while try !takeLine().isEmpty {}
      return nil
    }
    let data = try take(size)
    guard try take(2) == [13, 10] else { throw HarnessFailure("end of chunk") }
    return data
  }

  func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { if !fill() { throw HarnessFailure("the connection ended within a request") } }
    let taken = Array(buffer.prefix(count))
    buffer.removeFirst(count)
    return taken
  }

  /// Takes whatever has come, at least one byte; nil at the end of the connection.
  func takeSome() -> [UInt8]? {
    while buffer.isEmpty { if !fill() { return nil } }
    defer { buffer.removeAll(keepingCapacity: true) }
    return buffer
  }

  private func takeLine() throws -> String {
    while true {
      if let end = buffer.firstRange(of: [13, 10]) {
        return String(decoding: try take(end.upperBound).dropLast(2), as: UTF8.self)
      }
      if !fill() { throw HarnessFailure("the connection ended within a line") }
    }
  }

  /// False once gatehouse has gone.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool { sendAll(bytes, on: descriptor) }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// A whole answer with `Content-Length`.
  ///
  /// - Parameter version: nil for a server that does not tell it.
  func answer(
    _ status: String = "200 OK", _ body: String = "", fields: String = "", version: String? = "1.8.10"
  ) {
    let length = status.hasPrefix("204") ? "" : "Content-Length: \(body.utf8.count)\r\n"
    let shown = version.map { "X-Influxdb-Version: \($0)\r\n" } ?? ""
    send("HTTP/1.1 \(status)\r\n\(shown)\(fields)\(length)\r\n\(body)")
  }

  /// Takes a request and answers it as a server does that is content: 204 to writes, rows to queries.
  func obey() throws {
    let request = try readRequest()
    if request.path == "/write" { return answer("204 No Content") }
    answer("200 OK", "{\"results\":[{\"statement_id\":0}]}\n", fields: "Content-Type: application/json\r\n")
  }

  /// Waits until gatehouse ends the connection, and takes what comes until then.
  func waitForEnd() { while fill() { buffer.removeAll(keepingCapacity: true) } }

  func reset() {
    guard isOpen else { return }
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    Glibc.close(descriptor)
  }

  deinit { close() }
}

extension UpstreamConnection {
  /// Sends until the socket takes nothing for the given time, or until `limit` bytes are out; how many went.
  func sendUntilStalled(_ bytes: [UInt8], limit: Int, milliseconds: Int32) -> Int {
    var total = 0
    while total < limit {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, milliseconds) > 0 else { break }
      // The socket can take something, but a blocking send of much could wait for room: send little pieces.
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0 { break }
      total += count
    }
    return total
  }
}
