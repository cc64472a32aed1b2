// Answers of the upstream that could put a connection out of step (B1, rows 12 and 13).

import Testing

@Suite struct UpstreamAnswerTests {
  static let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

  static let broken: [Payload] = [
    Payload("two lengths", ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
    Payload("the same length twice", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
    Payload("length and encoding", ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
    Payload("unknown encoding", ok + "Transfer-Encoding: gzip\r\n\r\nab"),
    Payload("two encodings", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Payload("signed length", ok + "Content-Length: +2\r\n\r\nab"),
    Payload("length list", ok + "Content-Length: 2, 2\r\n\r\nab"),
    Payload("length of 2^64", ok + "Content-Length: 18446744073709551616\r\n\r\nab"),
    Payload("folded field", ok + "X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\nab"),
    Payload("NUL in a field", ok + "X-A: 1\0\r\nContent-Length: 2\r\n\r\nab"),
    Payload("bare CR in a field", ok + "X-A: 1\rContent-Length: 0\r\nContent-Length: 2\r\n\r\nab"),
    Payload("no colon", ok + "nonsense\r\nContent-Length: 2\r\n\r\nab"),
    Payload("blank before the colon", ok + "Content-Length : 2\r\n\r\nab"),
    Payload("status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nab"),
    Payload("status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nab"),
    Payload("no version", "200 OK\r\nContent-Length: 2\r\n\r\nab"),
    Payload("HTTP/2", "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nab"),
    Payload("not HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n"),
    Payload(
      "header of 1 MiB", ok + "X-A: " + String(repeating: "x", count: 1_048_576) + "\r\nContent-Length: 2\r\n\r\nab"),
    Payload("100,000 fields", ok + String(repeating: "X-A: 1\r\n", count: 100_000) + "Content-Length: 2\r\n\r\nab"),
    Payload(
      "100,000 interim answers",
      String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 100_000) + ok + "Content-Length: 2\r\n\r\nab"),
    Payload(
      "interim answer with a length",
      "HTTP/1.1 103 Hints\r\nContent-Length: 5\r\n\r\nhello" + ok + "Content-Length: 2\r\n\r\nab"),
  ]

  @Test(arguments: broken) func answers502ToMalformedAnswer(payload: Payload) throws {
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      if request.path == "/write" { return connection.answer("204 No Content") }
      connection.send(payload.bytes)
      connection.waitForEnd()
    }
    try Scene.play(settings: { $0.tables["timeouts"] = ["upstream_response = \"5s\""] }, script: script) { scene in
      let client = try scene.connect()
      let answer = try client.exchange(Request.query("SHOW MEASUREMENTS"))
      #expect(answer.status == 502, "\(answer.status) \(answer.text.prefix(200))")
      #expect(answer.error != nil)
      // The next answer on the same connection belongs to the next request, over another upstream connection.
      if !(answer["Connection"]?.lowercased().contains("close") ?? false) {
        #expect(try client.exchange(Request.write("after v=1")).status == 204)
      }
      try scene.writeMarker()
      let connections = Set(scene.upstream.requests.filter { $0.path == "/write" }.map(\.connection))
      let misused = scene.upstream.requests.filter { $0.path == "/query" }.map(\.connection)
      #expect(connections.isDisjoint(with: misused))
      #expect(!client.buffer.contains(0x61))
    }
  }

  static let trailing: [Payload] = [
    Payload(
      "bytes after the end", ok + "Content-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
    Payload(
      "bytes after the last chunk",
      ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
    Payload("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\nforged"),
    Payload("204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nforged\r\n0\r\n\r\n"),
    Payload("304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nforged"),
  ]

  @Test(arguments: trailing) func neverTakesWhatFollowsAnAnswerForTheNext(payload: Payload) throws {
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      if request.path == "/write" { return connection.answer("204 No Content") }
      connection.send(payload.bytes)
      connection.waitForEnd()
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      let answer = try client.exchange(Request.query("SHOW MEASUREMENTS"))
      #expect([200, 204, 304, 502].contains(answer.status))
      #expect(!answer.text.contains("forged"))
      for line in ["one v=1", "two v=1"] {
        let next = try client.exchange(Request.write(line))
        #expect(next.status == 204 && next.body.isEmpty)
      }
      let first = scene.upstream.requests.first { $0.path == "/query" }?.connection
      #expect(scene.upstream.requests.filter { $0.path == "/write" }.allSatisfy { $0.connection != first })
      #expect(client.buffer.isEmpty)
    }
  }

  static let broke: [Payload] = [
    Payload("within a counted body", ok + "Content-Length: 100000\r\n\r\nbeginning"),
    Payload("within a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n100\r\nbeginning"),
    Payload("between two chunks", ok + "Transfer-Encoding: chunked\r\n\r\n9\r\nbeginning\r\n"),
    Payload("at a broken chunk", ok + "Transfer-Encoding: chunked\r\n\r\n9\r\nbeginning\r\nzz\r\n"),
  ]

  /// A client must be able to see that the answer is not whole.
  @Test(arguments: broke) func neverPassesTornAnswerOffAsWhole(payload: Payload) throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send(payload.bytes)
      connection.close()
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      client.send(Request.query("SHOW MEASUREMENTS"))
      let head = try client.readHead()
      if head?.status == 502 { return }
      let rest = String(decoding: try client.readToEnd(), as: UTF8.self)
      #expect(!rest.hasSuffix("0\r\n\r\n"))
      #expect(head?["Content-Length"] != "9" && head?["Content-Length"] != "\(rest.utf8.count)")
      #expect(head?["Transfer-Encoding"] != nil || head?["Content-Length"] != nil)
    }
  }

  @Test func carriesAnswerThatEndsWithItsConnection() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send(Self.ok + "\r\nuntil the end")
      connection.close()
    }
    try Scene.play(script: script) { scene in
      let answer = try scene.connect().exchange(Request.query("SHOW MEASUREMENTS"))
      #expect(answer.status == 200 && answer.text == "until the end")
      // An HTTP/1.0 client reads to the end as well.
      let old = try scene.connect().exchange(Request.query("SHOW MEASUREMENTS", version: "HTTP/1.0"))
      #expect(old.status == 200 && old.text == "until the end")
    }
  }

  @Test func neverReusesUpstreamConnectionOfAbandonedAnswer() throws {
    let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      if request.path == "/write" { return connection.answer("204 No Content") }
      connection.send(Self.ok + "Transfer-Encoding: chunked\r\n\r\n")
      while connection.send(chunk) {}
      connection.close()
    }
    try Scene.play(script: script) { scene in
      for abandon: (RawClient) -> Void in [{ $0.reset() }, { $0.closeNow() }] {
        let client = try scene.connect()
        client.send(Request.query("SHOW MEASUREMENTS"))
        _ = try client.readHead()
        _ = try client.read(100_000)
        abandon(client)
      }
      let ended = scene.upstream.state.wait { state in
        state.requests.filter { $0.path == "/query" }.allSatisfy { state.connections[$0.connection].isEnded }
      }
      #expect(ended != nil, "an abandoned answer goes on")
      for index in 0..<4 { try scene.writeMarker("marker\(index)") }
      let abandoned = Set(scene.upstream.requests.filter { $0.path == "/query" }.map(\.connection))
      #expect(scene.upstream.requests.filter { $0.path == "/write" }.allSatisfy { !abandoned.contains($0.connection) })
    }
  }

  @Test func passesInterimAnswersOverWithoutHarm() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
      connection.answer("200 OK", "{}")
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      for _ in 0..<2 {
        let answer = try client.exchange(Request.query("SHOW MEASUREMENTS"))
        #expect(answer.status == 200 && answer.text == "{}")
      }
    }
  }
}
