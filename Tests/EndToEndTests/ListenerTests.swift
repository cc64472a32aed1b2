// Several listeners, each with its own service.

import Testing

@Suite struct ListenerTests {
  @Test func servesDataAloneWhereItIsToldTo() throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.plaintextListener = ["serves = [\"data\"]"]
    }) { scene in
      let head =
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n"
      let secure = try scene.connect().exchange(head)
      #expect(secure.status == 200)
      let open = try scene.connect(tls: false)
      #expect(try open.exchange(head).status == 404)
      #expect(try open.exchange(Request.write("cpu v=1")).status == 204)
    }
  }

  @Test func servesManagementAloneWhereItIsToldTo() throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.plaintextListener = ["serves = [\"management\"]"]
    }) { scene in
      let head =
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n"
      let client = try scene.connect(tls: false)
      #expect(try client.exchange(head).status == 200)
      #expect(try client.exchange(Request.write("cpu v=1")).status == 404)
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test func saysAloudThatListenerIsPlaintext() throws {
    try Scene.play { scene in
      #expect(scene.gatehouse.eventLog.lowercased().contains("plaintext"))
    }
  }

  @Test func refusesConnectionsOverItsCap() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["connections = 20"] }) { scene in
      var clients: [RawClient] = []
      for _ in 0..<40 { clients.append(try RawClient(scene.gatehouse, tls: false)) }
      var served = 0
      for client in clients {
        client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
        if let answer = try client.readAnswerOrEnd(), answer.status == 204 { served += 1 } else { client.closeNow() }
      }
      #expect((1...20).contains(served))
      clients.removeAll()
      try scene.writeMarker()
    }
  }
}
