// What HTTP/1.x and TLS clients may count on.

import Foundation
import Testing

@Suite struct ProtocolTests {
  private static let head = "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"

  @Test func tellsClientToContinueOnceItMay() throws {
    try Scene.play { scene in
      for (framing, body) in [
        ("Content-Length: 7\r\n", "cpu v=1"), ("Transfer-Encoding: chunked\r\n", "7\r\ncpu v=1\r\n0\r\n\r\n"),
      ] {
        let client = try scene.connect()
        client.send(Self.head + "Expect: 100-continue\r\n\(framing)\r\n")
        #expect(try client.readHead()?.status == 100)
        client.send(body)
        let answer = try client.readAnswer()
        #expect(answer.status == 204 && answer.interim.isEmpty)
        #expect(try client.exchange(Request.write("cpu v=2")).status == 204)
      }
      #expect(scene.upstream.requests.allSatisfy { $0["Expect"] == nil })
    }
  }

  @Test func refusesBeforeTheBodyThatClientHoldsBack() throws {
    try Scene.play { scene in
      for (credential, status) in [("", 401), (Login.reader.basic, 403), ("Authorization: Basic eDp5\r\n", 401)] {
        let client = try scene.connect()
        client.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(credential)Expect: 100-continue\r\nContent-Length: 26000000\r\n\r\n"
        )
        let answer = try client.readAnswer()
        #expect(answer.status == status && answer.interim.isEmpty)
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func sendsNoContinueWhenTheBodyIsThereAlready() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(Self.head + "Expect: 100-continue\r\nContent-Length: 7\r\n\r\ncpu v=1")
      let answer = try client.readAnswer()
      #expect(answer.status == 204)
      #expect(answer.interim.isEmpty || answer.interim == [100])
    }
  }

  /// A server may refuse or ignore it (RFC 9110 §10.1.1), but it is no business of the upstream's.
  @Test func neverForwardsUnknownExpectation() throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(Request.write("cpu v=1", fields: "Expect: 200-maybe\r\n"))
      #expect([204, 400, 417].contains(answer.status))
      #expect(!scene.upstream.text.contains("200-maybe"))
    }
  }

  @Test func answersHTTP10WithoutChunksAndCloses() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n")
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      client.send(Request.query("SHOW MEASUREMENTS", version: "HTTP/1.0"))
      let answer = try client.readAnswer()
      #expect(answer.status == 200)
      #expect(answer["Transfer-Encoding"] == nil)
      #expect(answer.text == "firstsecond")
      #expect(try client.isClosedByPeer())
    }
  }

  @Test func keepsHTTP10ConnectionThatAsksForIt() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let request =
        "POST /write?db=metrics HTTP/1.0\r\n\(Login.writer.basic)Connection: keep-alive\r\nContent-Length: 7\r\n\r\ncpu v=1"
      let answer = try client.exchange(request)
      #expect(answer.status == 204)
      if answer["Connection"]?.lowercased() == "keep-alive" {
        #expect(try client.exchange(request).status == 204)
      } else {
        #expect(try client.isClosedByPeer())
      }
    }
  }

  @Test func closesWhenClientSaysSo() throws {
    try Scene.play { scene in
      for field in ["Connection: close\r\n", "connection: CLOSE\r\n", "Connection: keep-alive, close\r\n"] {
        let client = try scene.connect()
        let answer = try client.exchange(Request.write("cpu v=1", fields: field))
        #expect(answer.status == 204)
        #expect(answer["Connection"]?.lowercased().contains("close") ?? false)
        #expect(try client.isClosedByPeer())
      }
    }
  }

  /// As Go's servers do it, a query that its client no longer waits for may be ended; a write is not.
  @Test func carriesWriteOfClientThatEndsItsSideAfterIt() throws {
    try Scene.play { scene in
      let client = try scene.connect(tls: false)
      client.send(Request.write("cpu v=1"))
      client.finishWriting()
      try scene.upstream.waitForRequests(1)
      #expect(try client.readAnswer().status == 204)
      #expect(try client.isClosedByPeer())
    }
  }

  @Test func readsRequestsInPiecesOfOneByte() throws {
    try Scene.play { scene in
      for tls in [true, false] {
        let client = try scene.connect(tls: tls)
        for request in [
          Request.write("cpu v=1"), Request.chunkedWrite("cpu", " v=2"), Request.query("SHOW MEASUREMENTS"),
        ] {
          client.send(pieces: request.utf8.map { [$0] })
          #expect([200, 204].contains(try client.readAnswer().status))
        }
      }
      #expect(scene.upstream.completed.map(\.text).prefix(2) == ["cpu v=1", "cpu v=2"])
    }
  }

  /// Head, gzip header and the rest in a record each, in chunks of 240 bytes: one flush of Telegraf 1.39 as recorded.
  @Test func collectsTelegrafFlushIntoOneCountedWrite() throws {
    let lines = (0..<12).map {
      "mem,host=edge-7 dirty=\(126_976 + $0)i,swap_total=0i,used_percent=2.3078190788850015 170000000000000000\($0 % 10)\n"
    }
    let body = Gzip.member(Array(lines.joined().utf8))
    var pieces = [[UInt8]]()
    pieces.append(
      Array(
        ("POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Telegraf/1.39.3 Go/1.26.8\r\nTransfer-Encoding: chunked\r\n"
          + "\(Login.writer.basic)Content-Encoding: gzip\r\nContent-Type: text/plain; charset=utf-8\r\nAccept-Encoding: gzip\r\n\r\n")
          .utf8))
    pieces.append(Array("a\r\n".utf8) + body.prefix(10) + Array("\r\n".utf8))
    var rest: [UInt8] = []
    var start = 10
    while start < body.count {
      let end = min(start + 240, body.count)
      rest += Array("\(String(end - start, radix: 16))\r\n".utf8) + body[start..<end] + Array("\r\n".utf8)
      start = end
    }
    pieces.append(rest + Array("0\r\n\r\n".utf8))
    try Scene.play { scene in
      let client = try scene.connect()
      for _ in 0..<20 {
        client.send(pieces: pieces)
        #expect(try client.readAnswer().status == 204)
      }
      #expect(scene.upstream.completed.count == 20)
      #expect(Set(scene.upstream.requests.map(\.connection)).count == 1)
      for request in scene.upstream.completed {
        #expect(request.body == body)
        #expect(request.all("Content-Length") == ["\(body.count)"])
        #expect(request["Transfer-Encoding"] == nil)
        #expect(request["Content-Encoding"] == "gzip")
      }
    }
  }

  @Test func answersHeadWithoutBody() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for target in ["/ping", "/health", "/nowhere", "/query?db=metrics&q=SHOW%20MEASUREMENTS"] {
        let answer = try client.exchange("HEAD \(target) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n")
        #expect([200, 204, 404, 405].contains(answer.status))
        // What follows on the connection is the next answer, not a body.
        #expect(try client.exchange("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 204)
      }
    }
  }

  @Test func turnsWritesOfVersion2IntoThoseOfVersion1() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for (parameters, policy, precision) in [
        ("bucket=metrics%2Fautogen&org=x", "autogen", nil), ("bucket=metrics", nil, nil),
        ("bucket=metrics/weekly&precision=ms", "weekly", "ms"),
        ("bucket=metrics&precision=ns", nil, "n"), ("bucket=metrics&precision=us&orgID=y", nil, "u"),
        ("bucket=metrics&precision=s", nil, "s"),
      ] as [(String, String?, String?)] {
        let answer = try client.exchange(
          "POST /api/v2/write?\(parameters) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token writer-two:writer-password\r\n"
            + "Content-Length: 7\r\n\r\ncpu v=1")
        #expect(answer.status == 204, "\(parameters): \(answer.status) \(answer.text)")
        let request = try #require(scene.upstream.completed.last)
        #expect(request.path == "/write" && request.method == "POST")
        #expect(request.parameter("db") == ["metrics"])
        #expect(
          request.parameter("rp") == (policy.map { [$0] } ?? [])
            || policy == nil && request.parameter("rp") == ["autogen"])
        #expect(
          request.parameter("precision") == (precision.map { [$0] } ?? [])
            || precision == nil && ["n", "ns"].contains(request.parameter("precision").first ?? ""))
        #expect(request.parameter("bucket").isEmpty && request.parameter("org").isEmpty)
      }
      let refused = try client.exchange(
        "POST /api/v2/write?bucket=metrics&org=x HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)Content-Length: 7\r\n\r\ncpu v=1"
      )
      #expect(refused.status == 403)
      let policy = try client.exchange(
        "POST /api/v2/write?bucket=metrics&precision=fortnight HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 7\r\n\r\ncpu v=1"
      )
      #expect(policy.status == 400)
    }
  }

  @Test func speaksTLS12And13AndNothingOlder() throws {
    try Scene.play { scene in
      for (arguments, isWelcome) in [
        (["-tls1_3"], true), (["-tls1_2"], true), (["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], false),
        (["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"], false), (["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"], false),
      ] {
        let command = try Command.run(
          ["openssl", "s_client", "-connect", "127.0.0.1:\(scene.gatehouse.port)", "-brief"] + arguments,
          input: "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(command.errors.contains("CONNECTION ESTABLISHED") == isWelcome, "\(arguments): \(command.errors)")
      }
      let plain = try RawClient(port: scene.gatehouse.port, tls: false)
      plain.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!String(decoding: try plain.readToEnd(), as: UTF8.self).contains("204"))
      let encrypted = try RawClient(port: scene.gatehouse.plainPort, tls: false)
      encrypted.send([22, 3, 1, 0, 5, 1, 0, 0, 1, 0])
      encrypted.finishWriting()
      _ = try encrypted.readToEnd()
      try scene.expectUntouchedUpstream()
    }
  }
}
