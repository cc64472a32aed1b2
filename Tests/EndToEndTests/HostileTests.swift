// What a hostile review found once: each of these stopped, filled or confused a gatehouse.

import Testing

@Suite struct HostileTests {
  @Test func servesOthersWhileClientsStopWithinARecord() throws {
    try Scene.play { scene in
      let head =
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 400\r\n\r\ncpu"
      // More than there are event loops.
      let stopped = try (0..<12).map { _ in
        let client = try scene.connect()
        try client.sendCutOff(Array(head.utf8), Array(repeating: UInt8(ascii: "x"), count: 200))
        return client
      }
      for _ in 0..<8 { try scene.writeMarker() }
      stopped.forEach { $0.closeNow() }
    }
  }

  @Test(arguments: [false, true])
  func neverReadsABodyAsARequestWhereNoUpstreamConnectionCanBeHad(tls: Bool) throws {
    try Scene.play { scene in
      scene.upstream.stopListening()
      let client = try scene.connect(tls: tls)
      let body = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + String(repeating: "y", count: 100_000)
      let head =
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: \(body.utf8.count)\r\n\r\n"
      client.send(head + body.prefix(2_000))
      let answer = try client.readAnswer()
      #expect(answer.status == 502)
      client.send(String(body.dropFirst(2_000)))
      // Longer than the first piece of the body, so that it would complete a body counted without that piece.
      let padding = String(repeating: "b", count: 3_000)
      client.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nX: \(padding)\r\nConnection: close\r\n\r\n")
      // Either the connection was closed, or the next answer is that of the next request.
      if let next = try client.readAnswerOrEnd() {
        #expect(next.status == 404)
        #expect(try client.isClosedByPeer())
      }
    }
  }

  @Test func answersAllOfALongPipelineOverTLS() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let count = 1_500
      client.send(String(repeating: Request.write("cpu,host=a,region=b v=1,w=2,x=3,y=4"), count: count))
      for _ in 0..<count { #expect(try client.readAnswer().status == 204) }
    }
  }

  @Test(arguments: [false, true])
  func carriesAnAnswerThatComesBeforeTheEndOfTheRequest(tls: Bool) throws {
    try Scene.play(script: { upstream in
      _ = try upstream.readHead()
      _ = try upstream.take(100_000)
      upstream.answer("413 Request Entity Too Large", "too large", fields: "Connection: close\r\n")
      upstream.close()
    }) { scene in
      for _ in 0..<5 {
        let client = try scene.connect(tls: tls)
        client.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 8000000\r\n\r\n")
        let piece = Array(repeating: UInt8(ascii: "x"), count: 100_000)
        for _ in 0..<80 where client.send(piece) {}
        #expect(try client.readAnswer().status == 413)
      }
    }
  }

  @Test func answersAMalformedRestOfARefusedBodyNoSecondTime() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      #expect(try client.readAnswer().status == 401)
      client.send("XX\r\n")
      #expect(try client.isClosedByPeer())
    }
  }

  @Test func decidesAnewWhatAnotherSiteSends() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let request = Request.query("DELETE FROM cpu", login: .writer)
      #expect(try client.exchange(request).status == 200)
      let foreign = Request.query("DELETE FROM cpu", login: .writer, fields: "Sec-Fetch-Site: cross-site\r\n")
      #expect(try client.exchange(foreign).status == 403)
    }
  }
}
