// A write that began with a right does not end without it.

import Testing

@Suite struct StandingTests {
  private static let password = "canary-leaver-1"
  private static let leaver = Login(name: "leaver", password: password, hash: "")

  private static func head(_ fields: String) -> String {
    "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(leaver.basic)\(fields)\r\n"
  }

  private static func play(
    _ settings: (inout GatehouseSettings) -> Void = { _ in },
    _ body: (Scene, ManagementClient, _ id: String) throws -> Void
  ) throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      settings(&$0)
    }) { scene in
      scene.gatehouse.addCanary(password)
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("leaver", password: password, reads: ["metrics"], writes: ["metrics"])
      #expect(try scene.connect().exchange(Request.write("before v=1", login: leaver)).status == 204)
      try body(scene, management, id)
    }
  }

  @Test func judgesACollectedBodyAgainWhenItIsWhole() throws {
    for change in ["delete", "inactive", "password"] {
      try Self.play { scene, management, id in
        let client = try scene.connect()
        client.send(Self.head("Content-Length: 12\r\nExpect: 100-continue\r\n"))
        // It has been judged once.
        #expect(try client.readHead()?.status == 100)
        client.send("half")
        switch change {
        case "delete": try management.delete(id)
        case "inactive": try management.setActive(id, false)
        default: try management.setPassword(id, "canary-leaver-2")
        }
        scene.gatehouse.addCanary("canary-leaver-2")
        client.send(" cpu v=1")
        #expect(try client.readAnswer().status == 401, "\(change)")
        #expect(scene.upstream.completed.count == 1)
      }
    }
  }

  @Test func takesABodyWhoseSenderStillMay() throws {
    try Self.play { scene, management, _ in
      let client = try scene.connect()
      client.send(Self.head("Content-Length: 12\r\nExpect: 100-continue\r\n"))
      #expect(try client.readHead()?.status == 100)
      client.send("half")
      // Another login's change makes no difference.
      _ = try management.create("other", password: "canary-other-99", reads: ["metrics"])
      scene.gatehouse.addCanary("canary-other-99")
      client.send(" cpu v=1")
      #expect(try client.readAnswer().status == 204)
      #expect(scene.upstream.completed.last?.text == "half cpu v=1")
    }
  }

  @Test func endsAStreamedWriteThatIsRevoked() throws {
    try Self.play({ $0.tables["policy"] = ["cut_streams = true"] }) { scene, management, id in
      let client = try scene.connect()
      client.send(Self.head("Content-Length: 1000000\r\n"), String(repeating: "x", count: 200_000))
      try scene.upstream.waitForRequests(2)
      try management.delete(id)
      // Nothing more is sent: the revocation itself ends it.
      let answer = try client.readAnswerOrEnd()
      #expect(answer == nil || answer?.status == 401)
      _ = try client.readToEnd()
      let ended = scene.upstream.state.wait { state in
        state.connections.allSatisfy { $0.isDirectory || $0.isEnded || $0.text.contains("before") }
      }
      #expect(ended != nil || scene.upstream.completed.count == 1)
      #expect(scene.upstream.completed.count == 1)
    }
  }

  @Test func endsAnAnswerWhoseReaderIsRevoked() throws {
    let script: ScriptedUpstream.Script = { connection in
      guard try connection.peekHead()?.path == "/query" else { return try connection.obey() }
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning")
      connection.waitForEnd()
    }
    try Scene.play(
      settings: {
        $0.hasOperatorToken = true
        $0.tables["policy"] = ["cut_streams = true"]
      }, script: script
    ) { scene in
      scene.gatehouse.addCanary(Self.password)
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("leaver", password: Self.password, reads: ["metrics"])
      let client = try scene.connect()
      client.send(Request.query("SELECT v FROM cpu", login: Self.leaver))
      #expect(try client.readHead()?.status == 200)
      try management.delete(id)
      let rest = (try? client.readToEnd()) ?? []
      #expect(rest.count < 1_000)
    }
  }

  /// As a whole, whatever its progress: what was permitted when it began must not end next week.
  @Test func boundsTheTimeOfAWrite() throws {
    let tables = ["timeouts": ["write = \"700ms\""]]
    for (length, start) in [(1_000_000, 200_000), (60_000, 10_000)] {
      try Scene.play(settings: { $0.tables = tables }) { scene in
        let client = try scene.connect()
        client.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: \(length)\r\n\r\n"
            + String(repeating: "x", count: start))
        // Nothing more comes; the pause that is allowed within a body is longer.
        let answer = try client.readAnswerOrEnd()
        #expect(answer?.status == 503)
        #expect(answer?["Retry-After"] != nil)
        #expect(scene.upstream.completed.isEmpty)
      }
    }
  }
}
