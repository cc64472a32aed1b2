// No peer holds an event loop or a buffer for longer than a budget: the others are served meanwhile (issue 10, A2).

import Testing

@Suite struct FairnessTests {
  /// More than there are event loops on any machine that this runs on, so that some share a loop with the one that floods.
  private static let others = 12

  @Test(arguments: [false, true])
  func endsAFloodOfKeyUpdates(asking: Bool) throws {
    try Scene.play { scene in
      let floods = try (0..<4).map { _ in try scene.connect() }
      for flood in floods { try flood.sendKeyUpdates(5_000, asking: asking) }
      for flood in floods { _ = try flood.readToEnd() }
      try scene.writeMarker()
    }
  }

  @Test func endsAFloodOfHellosAfterTheHandshake() throws {
    try Scene.play { scene in
      let context = try ClientContext(ciphers12: Records12.ciphers)
      let floods = try (0..<4).map { _ in try RawClient(scene.gatehouse, context: context) }
      for flood in floods { try flood.sendHellos(5_000) }
      for flood in floods { _ = try flood.readToEnd() }
      try scene.writeMarker()
    }
  }

  /// What a client may do: new keys now and then.
  @Test func goesOnAfterAFewKeyUpdates() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for _ in 0..<4 {
        try client.sendKeyUpdates(2, asking: true)
        #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      }
    }
  }

  @Test func answersOthersBetweenRequestsSentAhead() throws {
    try Scene.play { scene in
      let others = try (0..<Self.others).map { _ in try scene.connect(tls: false) }
      // With room for all of the answers, though this process may come to look late.
      let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 1 << 20)
      let request = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
      let one = try client.exchange(request)
      #expect(one.status == 204)
      let count = 3_000
      client.send(String(repeating: request, count: count))
      for other in others { other.send(request) }
      for other in others {
        #expect(try other.readAnswer().status == 204)
      }
      // All of the answers are three times as much.
      #expect(client.arrived < 150_000, "the others had to wait")
      for _ in 0..<count { #expect(try client.readAnswer().status == 204) }
    }
  }

  @Test func answersOthersWhileALongAnswerIsFiltered() throws {
    let row = "[1,\"SELECT own FROM cpu\",\"metrics\",\"1s\"]"
    let rows = Array(repeating: row, count: 3_900_000 / (row.utf8.count + 1)).joined(separator: ",")
    let body =
      "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"qid\",\"query\",\"database\",\"duration\"],"
      + "\"values\":[\(rows)]}]}]}\n"
    let isSent = Awaited(false)
    try Scene.play(script: { connection in
      _ = try connection.readRequest()
      connection.answer("200 OK", body, fields: "Content-Type: application/json\r\n")
      isSent.change { $0 = true }
    }) { scene in
      let others = try (0..<Self.others).map { _ in try scene.connect(tls: false) }
      let client = try scene.connect(tls: false)
      client.send(Request.query("SHOW QUERIES"))
      #expect(isSent.wait { $0 } == true)
      for other in others { other.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n") }
      for other in others { #expect(try other.readAnswer().status == 204) }
      #expect(!client.isReadable, "the long answer was there before the others'")
      #expect(try client.readAnswer().text.contains("SELECT own FROM cpu"))
    }
  }
}
