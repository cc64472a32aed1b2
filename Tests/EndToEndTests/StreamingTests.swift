// Large bodies flow both ways while memory stays flat.

import Testing

@Suite struct StreamingTests {
  private static let megabyte = 1_048_576

  /// Reads a chunked or counted body without keeping it; its length and a sum over it.
  private static func drain(_ client: RawClient, _ head: HTTPAnswer?) throws -> (count: Int, isWhole: Bool) {
    var count = 0
    if let length = head?["Content-Length"].flatMap({ Int($0) }) {
      while count < length {
        if client.buffer.isEmpty, try !client.fill() { return (count, false) }
        count += client.take(length - count).count
      }
      return (count, true)
    }
    while true {
      let line = try client.readLine()
      guard let size = Int(line, radix: 16) else { throw HarnessFailure("chunk size \(line)") }
      if size == 0 { break }
      var left = size + 2
      while left > 0 {
        if client.buffer.isEmpty, try !client.fill() { return (count, false) }
        left -= client.take(left).count
      }
      count += size
    }
    return (count, try client.readLine().isEmpty)
  }

  @Test(arguments: [true, false]) func carriesAnswerOf50MegabytesWithFlatMemory(isChunked: Bool) throws {
    let piece = [UInt8](repeating: 0x61, count: 65_536)
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      if request.path == "/write" { return connection.answer("204 No Content") }
      connection.send(
        "HTTP/1.1 200 OK\r\n" + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: 52428800\r\n\r\n"))
      for _ in 0..<800 {
        if isChunked { connection.send("10000\r\n") }
        connection.send(piece)
        if isChunked { connection.send("\r\n") }
      }
      if isChunked { connection.send("0\r\n\r\n") }
    }
    try Scene.play(script: script) { scene in
      try scene.writeMarker()
      let before = try scene.gatehouse.memory("VmHWM")
      for tls in [true, false] {
        let client = try scene.connect(tls: tls)
        client.send(Request.query("SELECT v FROM cpu"))
        let (count, isWhole) = try Self.drain(client, try client.readHead())
        #expect(count == 50 * Self.megabyte && isWhole)
        #expect(try client.exchange(Request.write("after v=1")).status == 204)
      }
      try scene.gatehouse.expectMemory(within: 8 * 1024, of: before)
    }
  }

  @Test func holdsTheUpstreamBackWhileTheClientDoesNotRead() throws {
    let sent = Awaited(-1)
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n")
      let piece = [UInt8](repeating: 0x61, count: 65_536)
      let count = connection.sendUntilStalled(piece, limit: 200 * Self.megabyte, milliseconds: 500)
      sent.change { $0 = count }
      connection.waitForEnd()
    }
    try Scene.play(script: script) { scene in
      let client = try RawClient(scene.gatehouse, receiveBuffer: 16_384)
      client.send(Request.query("SELECT v FROM cpu"))
      let stalled = sent.wait { $0 >= 0 } ?? -1
      #expect(stalled < 32 * Self.megabyte, "the upstream could send \(stalled) bytes")
      try scene.gatehouse.expectMemory(within: 64 * 1024)
    }
  }

  @Test(arguments: [true, false]) func carriesWriteOf25MegabytesWithFlatMemory(isChunked: Bool) throws {
    let script: ScriptedUpstream.Script = { connection in
      let head = try connection.readHead()
      var left = head["Content-Length"].flatMap { Int($0) } ?? 0
      if head["Transfer-Encoding"] != nil {
        while try connection.readChunk() != nil {}
      } else {
        while left > 0 { left -= try connection.take(min(left, 65_536)).count }
      }
      connection.answer("204 No Content")
    }
    try Scene.play(script: script) { scene in
      try scene.writeMarker()
      let before = try scene.gatehouse.memory("VmHWM")
      let line = String(repeating: "cpu,host=a v=1\n", count: 4_096)
      let size = line.utf8.count
      let pieces = 25 * Self.megabyte / size
      let client = try scene.connect()
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"
          + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: \(size * pieces)\r\n\r\n"))
      for _ in 0..<pieces { client.send(isChunked ? "\(String(size, radix: 16))\r\n\(line)\r\n" : line) }
      if isChunked { client.send("0\r\n\r\n") }
      #expect(try client.readAnswer().status == 204)
      try scene.gatehouse.expectMemory(within: 8 * 1024, of: before)
      let count = scene.upstream.connections.map(\.count).max() ?? 0
      #expect(count > size * pieces)
      #expect(try client.exchange(Request.write("after v=1")).status == 204)
    }
  }

  @Test func holdsTheClientBackWhileTheUpstreamDoesNotRead() throws {
    let goOn = Awaited(false)
    let script: ScriptedUpstream.Script = { connection in
      let head = try connection.readHead()
      if head["Content-Length"] != "104857600" { return connection.answer("204 No Content") }
      _ = goOn.wait { $0 }
      connection.close()
    }
    let limits = ["write_decoded_bytes = \"100MiB\""]
    try Scene.play(settings: { $0.tables["limits"] = limits }, script: script) { scene in
      let client = try RawClient(scene.gatehouse, seconds: 1)
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 104857600\r\n\r\n")
      let piece = [UInt8](repeating: 0x61, count: 65_536)
      var sent = 0
      // Ends when a send can put nothing out for a second.
      while sent < 100 * Self.megabyte, client.send(piece) { sent += piece.count }
      #expect(sent < 32 * Self.megabyte, "the client could send \(sent) bytes")
      try scene.gatehouse.expectMemory(within: 64 * 1024)
      goOn.change { $0 = true }
    }
  }

  @Test func leavesNoTraceOfClientThatDiesWithinItsBody() throws {
    try Scene.play { scene in
      for abandon: (RawClient) -> Void in [{ $0.reset() }, { $0.closeNow() }, { $0.finishWriting() }] {
        let client = try scene.connect()
        client.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 100\r\n\r\ncpu v=1"
        )
        abandon(client)
        let chunked = try scene.connect()
        chunked.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Transfer-Encoding: chunked\r\n\r\n7\r\ncpu v=1\r\n"
        )
        abandon(chunked)
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func completesNoWriteOfClientThatDiesWithinStream() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Transfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<8 { client.send("8000\r\n" + String(repeating: "x", count: 32_768) + "\r\n") }
      try scene.upstream.waitForRequests(1)
      client.finishWriting()
      _ = try? client.readToEnd()
      let ended = scene.upstream.state.wait { $0.connections.allSatisfy { $0.isDirectory || $0.isEnded } }
      #expect(ended != nil)
      #expect(scene.upstream.completed.isEmpty)
    }
  }
}
