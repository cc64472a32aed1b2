// Heads as long as the real servers take, and what they may cost (issue 10, C5).

import Glibc
import Testing

@Suite struct LongHeadTests {
  private static func query(_ length: Int) -> String {
    Request.query("SELECT v FROM cpu WHERE host = '\(String(repeating: "a", count: length))'")
  }

  @Test(arguments: [false, true])
  func takesATargetOfNearlyAMegabyte(tls: Bool) throws {
    try Scene.play { scene in
      let client = try scene.connect(tls: tls)
      for length in [60_000, 140_000, 1_000_000] {
        let answer = try client.exchange(Self.query(length))
        #expect(answer.status == 200, "\(length): \(answer.status) \(answer.text)")
      }
      // What follows a long head is the next request.
      client.send(Self.query(900_000) + Request.write("cpu v=1"))
      #expect(try client.readAnswer().status == 200)
      #expect(try client.readAnswer().status == 204)
      let sent = try #require(scene.upstream.completed.dropFirst(2).first)
      #expect(sent.parameter("q").first.map { $0.utf8.count > 1_000_000 } == true)
    }
  }

  @Test func takesALongTargetInPieces() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let request = Array(Self.query(300_000).utf8)
      for start in stride(from: 0, to: request.count, by: 700) {
        client.send(Array(request[start..<min(request.count, start + 700)]))
      }
      #expect(try client.readAnswer().status == 200)
      // Not known: its decision waits, and the head with it.
      let stranger = try scene.connect()
      let unknown = Self.query(900_000).replacing(Login.reader.basic, with: Login.writer.basic)
      #expect(try stranger.exchange(unknown).status == 200)
    }
  }

  /// The characters of a statement may be sent as they are, and leave as `%XX`.
  @Test(arguments: [300_000, 500_000])
  func forwardsATargetThatGrowsWhereItIsWrittenAnew(length: Int) throws {
    try Scene.play { scene in
      let text = String(repeating: "(", count: length)
      let start = "GET /query?db=metrics&q=SELECT%20v%20FROM%20cpu%20WHERE%20host%20=%20'"
      let request = "\(start)\(text)' HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n"
      let answer = try scene.connect().exchange(request)
      #expect(answer.status == 200, "\(answer.status) \(answer.text)")
      let sent = try #require(scene.upstream.completed.first)
      #expect(sent.parameter("q").first?.contains(text) == true)
    }
  }

  /// Whatever the configuration takes as a limit is one that a head may reach.
  @Test(arguments: [65_536, 262_144, 1_048_576])
  func forwardsFieldsAsLongAsTheirLimit(limit: Int) throws {
    try Scene.play(settings: { $0.tables["limits"] = ["head_bytes = \(limit)"] }) { scene in
      let query = Request.query("SELECT v FROM cpu", fields: "User-Agent: ")
      let field = String(repeating: "a", count: limit - query.utf8.count - 8)
      let answer = try scene.connect().exchange(Request.query("SELECT v FROM cpu", fields: "User-Agent: \(field)\r\n"))
      #expect(answer.status == 200, "\(answer.status) \(answer.text)")
      let write = try scene.connect().exchange(
        Request.write("cpu v=1", fields: "User-Agent: \(field.dropLast(200))\r\n"))
      #expect(write.status == 204, "\(write.status) \(write.text)")
      #expect(scene.upstream.completed.allSatisfy { $0.head.utf8.count > limit - 1_000 })
    }
  }

  @Test func namesTheLimitThatWasMet() throws {
    try Scene.play { scene in
      let long = try scene.connect().exchange(Self.query(1_100_000))
      #expect(long.status == 431 && long.text.contains("limits.target_bytes is 1048576"), "\(long.text)")
      let wide = try scene.connect().exchange(
        Request.write("cpu v=1", fields: "X: \(String(repeating: "x", count: 70_000))\r\n"))
      #expect(wide.status == 431 && wide.text.contains("limits.head_bytes is 65536"), "\(wide.text)")
      let many = try scene.connect().exchange(
        Request.write("cpu v=1", fields: String(repeating: "X: 1\r\n", count: 200)))
      #expect(many.status == 431 && many.text.contains("limits.head_fields is 100"), "\(many.text)")
      try scene.expectUntouchedUpstream()
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd() == 0)
      let refused = scene.gatehouse.accessRecords().filter { $0["status"] as? Int == 431 }
      let paths = refused.compactMap { $0["path"] as? String }
      #expect(paths.sorted() == ["/query", "/write", "/write"])
    }
  }

  @Test func longHeadsShareTheirMemory() throws {
    try Scene.play { scene in
      let part = "GET /query?q=" + String(repeating: "a", count: 1_000_000)
      var clients = try (0..<20).map { _ in try scene.connect(tls: false) }
      for client in clients { client.send(part) }
      // Sixteen have room, whichever they are.
      RawClient.awaitReadable(clients)
      let refused = try clients.filter(\.isReadable).map { try $0.readAnswer() }
      #expect(refused.allSatisfy { $0.status == 431 && $0.text.contains("share 16777216 bytes") })
      #expect(!refused.isEmpty)
      try scene.writeMarker()
      clients.removeAll()
      // What they held is there again once they are gone.
      var answer = try scene.connect().exchange(Self.query(900_000))
      for _ in 0..<50 where answer.status == 431 { answer = try scene.connect().exchange(Self.query(900_000)) }
      #expect(answer.status == 200)
    }
  }
}
