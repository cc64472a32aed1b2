// Clients that take their time lose their connection at a deadline and slow nobody down (B7, row 54).

import Glibc
import Testing

@Suite struct SlowClientTests {
  private static func short(_ settings: inout GatehouseSettings) {
    settings.tables["timeouts"] = [
      "handshake = \"600ms\"", "head = \"600ms\"", "body_progress = \"600ms\"", "send_progress = \"600ms\"",
      "idle = \"900ms\"",
    ]
  }

  private static let head = "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"

  @Test func endsHandshakeThatNeverComes() throws {
    try Scene.play(settings: Self.short) { scene in
      let silent = try RawClient(scene.gatehouse, handshakes: false)
      let half = try RawClient(scene.gatehouse, handshakes: false)
      // A handshake record of 512 bytes, of which only the beginning comes.
      half.send([22, 3, 1, 2, 0, 1, 0, 1, 252])
      _ = try silent.readToEnd()
      _ = try half.readToEnd()
      try scene.writeMarker()
    }
  }

  @Test func endsHeadThatNeverEnds() throws {
    try Scene.play(settings: Self.short) { scene in
      let client = try scene.connect()
      client.send(Self.head)
      let answer = try client.readAnswerOrEnd()
      #expect(answer == nil || [400, 408, 503].contains(answer?.status ?? 0))
      #expect(try client.isClosedByPeer())
    }
  }

  /// Progress is not enough: the head as a whole has a deadline. The pauses are not waiting, they are what is tested.
  @Test func endsHeadThatDrips() throws {
    try Scene.play(settings: Self.short) { scene in
      let client = try scene.connect()
      client.send(Self.head)
      var count = 0
      while client.send("X-\(count): 1\r\n"), count < 90 {
        count += 1
        usleep(50_000)
      }
      #expect(count < 90, "the head went on for 4.5 s")
      _ = try? client.readToEnd()
    }
  }

  /// Nor is it for a body: one byte before each pause would hold a connection for days.
  @Test func endsBodyThatDrips() throws {
    try Scene.play(settings: Self.short) { scene in
      let client = try scene.connect()
      client.send(Self.head + "Content-Length: 60000\r\n\r\n")
      var count = 0
      while client.send("x"), count < 100 {
        count += 1
        usleep(100_000)
      }
      #expect(count < 100, "the body went on for 10 s")
      _ = try? client.readToEnd()
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func endsBodyThatStops() throws {
    try Scene.play(settings: Self.short) { scene in
      for fields in [
        "Content-Length: 100\r\n\r\ncpu v", "Transfer-Encoding: chunked\r\n\r\n5\r\ncpu v",
        "Content-Length: 100\r\n\r\n",
      ] {
        let client = try scene.connect()
        client.send(Self.head + fields)
        let answer = try client.readAnswerOrEnd()
        // A 4xx would make Telegraf drop the batch.
        #expect(answer == nil || answer?.status == 503, "\(answer?.status ?? 0)")
        if answer != nil { #expect(answer?["Retry-After"] != nil) }
        #expect(try client.isClosedByPeer())
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func endsStreamedBodyThatStops() throws {
    try Scene.play(settings: Self.short) { scene in
      let client = try scene.connect()
      client.send(Self.head + "Content-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 200_000))
      let answer = try client.readAnswerOrEnd()
      #expect(answer == nil || answer?.status == 503)
      _ = try client.readToEnd()
      let ended = scene.upstream.state.wait { $0.connections.allSatisfy { $0.isDirectory || $0.isEnded } }
      #expect(ended != nil, "half a write stays open at the upstream")
      #expect(scene.upstream.completed.isEmpty)
    }
  }

  @Test func endsIdleConnection() throws {
    try Scene.play(settings: Self.short) { scene in
      let fresh = try scene.connect()
      let used = try scene.connect()
      #expect(try used.exchange(Request.write("cpu v=1")).status == 204)
      #expect(try fresh.isClosedByPeer())
      #expect(try used.isClosedByPeer())
    }
  }

  @Test func endsConnectionThatTakesNoAnswer() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
      while connection.send(chunk) {}
      connection.close()
    }
    try Scene.play(settings: Self.short, script: script) { scene in
      let client = try RawClient(scene.gatehouse, receiveBuffer: 4_096)
      client.send(Request.query("SHOW MEASUREMENTS"))
      // Nothing is read here: only gatehouse's deadline can end the upstream's answer.
      let ended = scene.upstream.state.wait { state in state.connections.contains { !$0.isDirectory && $0.isEnded } }
      #expect(ended != nil, "the upstream still sends")
      client.closeNow()
    }
  }

  @Test func thousandSlowConnectionsHurtNobody() throws {
    try Scene.play(
      settings: {
        $0.tables["timeouts"] = [
          "handshake = \"5s\"", "head = \"5s\"", "body_progress = \"5s\"", "send_progress = \"5s\"", "idle = \"5s\"",
        ]
      }
    ) { scene in
      let context = try ClientContext()
      var slow: [RawClient] = []
      for index in 0..<1_000 {
        switch index % 4 {
        case 0: slow.append(try RawClient(scene.gatehouse, handshakes: false))
        case 1:
          let client = try RawClient(scene.gatehouse, tls: index % 8 == 1, context: context)
          client.send("POST /wri")
          slow.append(client)
        case 2:
          let client = try RawClient(scene.gatehouse, tls: index % 8 == 2, context: context)
          client.send(Self.head + "Content-Length: 100\r\n\r\ncpu")
          slow.append(client)
        default: slow.append(try RawClient(scene.gatehouse, tls: index % 8 == 3, context: context))
        }
      }
      let good = try RawClient(scene.gatehouse, context: context)
      for index in 0..<300 {
        let client = index % 10 == 0 ? try RawClient(scene.gatehouse, context: context) : good
        #expect(try client.exchange(Request.write("cpu v=\(index)")).status == 204)
      }
      #expect(scene.upstream.requests.count == 300)
      // Each of them ends at its deadline.
      for client in slow { _ = try client.readToEnd() }
      try scene.gatehouse.expectMemory(within: 256 * 1024)
      try scene.writeMarker()
    }
  }
}
