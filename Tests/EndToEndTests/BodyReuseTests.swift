// What follows a refused or an odd request on the same connection is never taken for something else (B1, rows 9 to 11).

import Testing

@Suite struct BodyReuseTests {
  private static let hidden =
    "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 10\r\n\r\nhidden v=1"

  /// A body that reads as a permitted request, sent with one that is refused from its head alone.
  private static func carrier(_ first: String, credential: String, fields: String = "") -> String {
    "\(first) HTTP/1.1\r\nHost: localhost\r\n\(credential)\(fields)Content-Length: \(hidden.utf8.count)\r\n\r\n"
  }

  static let refused: [(String, Int)] = [
    (carrier("POST /write?db=metrics", credential: ""), 401),
    (carrier("POST /write?db=metrics", credential: "Authorization: Basic eDp5\r\n"), 401),
    (carrier("POST /write?db=metrics", credential: Login.reader.basic), 403),
    (carrier("POST /write?db=nope", credential: Login.writer.basic), 404),
    (carrier("POST /write", credential: Login.writer.basic), 400),
    (carrier("POST /nowhere", credential: Login.writer.basic), 404),
    (carrier("DELETE /write?db=metrics", credential: Login.writer.basic), 405),
    (carrier("POST /ping", credential: ""), 405),
    (
      carrier(
        "POST /query?db=metrics", credential: Login.reader.basic, fields: "Content-Type: multipart/form-data\r\n"), 415
    ),
    (carrier("GET /query?db=metrics", credential: Login.reader.basic), 400),
    (carrier("POST /private/legacy/authorizations", credential: "Authorization: Token nobody\r\n"), 401),
  ]

  @Test(arguments: refused) func neverReadsBodyOfRefusedRequestAsRequest(head: String, status: Int) throws {
    for pieces in [[head + Self.hidden], [head, Self.hidden]] {
      try Scene.play { scene in
        let client = try scene.connect()
        client.send(pieces: pieces.map { Array($0.utf8) })
        let answer = try client.readAnswer()
        #expect(
          status == 415 || status == 400 ? (400...415).contains(answer.status) : answer.status == status, "\(answer)")
        // Either the body was drained, and then a next request is answered, or the connection ends here.
        client.send(Request.write("after v=1"))
        if let next = try? client.readAnswerOrEnd() { #expect(next.status == 204) }
        try scene.writeMarker()
        #expect(!scene.upstream.text.contains("hidden"))
        #expect(scene.upstream.requests.allSatisfy { $0.method == "POST" && $0.path == "/write" })
      }
    }
  }

  @Test func neverReadsBodyOverTheLimitAsRequest() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["write_bytes = 4096", "collect_bytes = 1024"] }) { scene in
      let client = try scene.connect()
      let body = String(repeating: "x", count: 5_000) + Self.hidden
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: \(body.utf8.count)\r\n\r\n",
        body)
      #expect(try client.readAnswer().status == 413)
      _ = try? client.readToEnd()
      let chunked = try scene.connect()
      chunked.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Transfer-Encoding: chunked\r\n\r\n",
        "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
      #expect(try chunked.readAnswer().status == 413)
      _ = try? chunked.readToEnd()
      try scene.writeMarker()
      #expect(!scene.upstream.text.contains("hidden"))
    }
  }

  @Test(arguments: [
    "Connection: Upgrade\r\nUpgrade: foo\r\n", "Connection: upgrade, keep-alive\r\nUpgrade: websocket\r\n",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
  ])
  func neverUpgrades(fields: String) throws {
    try Scene.play { scene in
      let client = try scene.connect()
      // The second one bears no credential of its own.
      client.send(Request.query("SHOW MEASUREMENTS", fields: fields) + Request.query("SHOW MEASUREMENTS", login: nil))
      #expect(try client.readAnswer().status == 200)
      #expect(try client.readAnswer().status == 401)
      #expect(scene.upstream.requests.count == 1)
      let text = scene.upstream.text.lowercased()
      #expect(!text.contains("upgrade") && !text.contains("http2-settings"))
    }
  }

  @Test func neverSwitchesProtocolsForTheUpstream() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n")
      connection.waitForEnd()
    }
    try Scene.play(script: script) { scene in
      let answer = try scene.connect().exchange(
        Request.query("SHOW MEASUREMENTS", fields: "Connection: Upgrade\r\nUpgrade: foo\r\n"))
      #expect(answer.status == 502)
      #expect(answer.interim.isEmpty)
    }
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"])
  func consumesBodyOfMethodWithoutUse(method: String) throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let target = "/query?db=metrics&q=\("SHOW MEASUREMENTS".percentEncoded)"
      client.send(
        "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)Content-Length: \(Self.hidden.utf8.count)\r\n\r\n"
          + Self.hidden)
      let answer = try client.readAnswer(to: method)
      #expect(
        method == "GET" ? [200, 400].contains(answer.status) : [400, 403, 405].contains(answer.status), "\(answer)")
      client.send(Request.query("SHOW MEASUREMENTS"))
      if let next = try? client.readAnswerOrEnd() { #expect(next.status == 200) }
      try scene.writeMarker()
      #expect(!scene.upstream.text.contains("hidden"))
    }
  }

  @Test func answersPipelinedRequestsInOrderEachWithItsOwnCredential() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let requests = [
        Request.query("SHOW MEASUREMENTS"), Request.query("SHOW MEASUREMENTS", login: nil), Request.write("one v=1"),
        Request.write("two v=1", login: .reader), "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
        Request.chunkedWrite("three", " v=1"), Request.query("SHOW MEASUREMENTS", database: "secret"),
      ]
      client.send(requests.joined())
      for status in [200, 401, 204, 403, 204, 204, 403] { #expect(try client.readAnswer().status == status) }
      #expect(scene.upstream.requests.map(\.path) == ["/query", "/write", "/write"])
    }
  }
}
