// The legacy authorization API over the wire: its framing, its limits, and who may reach it.

import Foundation
import Glibc
import Testing

@Suite struct ManagementWireTests {
  private static func request(
    _ scene: Scene, _ method: String = "POST", _ path: String = "/private/legacy/authorizations", fields: String = "",
    body: String = ""
  ) -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\(fields)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func livesACycleUnderBothPrefixes() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let client = try scene.connect()
      let creation = management.creation("wire", reads: ["metrics"], writes: [], description: "d")
      let json = String(decoding: try JSONSerialization.data(withJSONObject: creation), as: UTF8.self)
      let made = try client.exchange(Self.request(scene, "POST", "/legacy/authorizations", body: json))
      #expect(made.status == 201, "\(made.text)")
      #expect(made["Content-Type"] == "application/json; charset=utf-8")
      let object = try JSONSerialization.jsonObject(with: Data(made.body)) as? [String: Any]
      let id = try #require(object?["id"] as? String)
      for prefix in ["/legacy", "/private/legacy"] {
        #expect(try client.exchange(Self.request(scene, "GET", "\(prefix)/authorizations/\(id)")).status == 200)
        #expect(
          try client.exchange(Self.request(scene, "GET", "\(prefix)/authorizations?token=wire")).text.contains(id))
        let password = try client.exchange(
          Self.request(
            scene, "POST", "\(prefix)/authorizations/\(id)/password", body: "{\"password\":\"canary-wire-1\"}"))
        #expect(password.status == 204)
      }
      scene.gatehouse.addCanary("canary-wire-1")
      let login = Login(name: "wire", password: "canary-wire-1", hash: "")
      #expect(try scene.connect().exchange(Request.query("SHOW MEASUREMENTS", login: login)).status == 200)
      #expect(try client.exchange(Self.request(scene, "DELETE", "/legacy/authorizations/\(id)")).status == 204)
      #expect(try client.exchange(Self.request(scene, "GET", "/legacy/authorizations/\(id)")).status == 404)
      #expect(try scene.connect().exchange(Request.query("SHOW MEASUREMENTS", login: login)).status == 401)
    }
  }

  @Test func readsChunkedBodiesInPieces() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let creation = management.creation("pieces", reads: ["metrics"], writes: [], description: "d")
      let json = String(decoding: try JSONSerialization.data(withJSONObject: creation), as: UTF8.self) + "\n"
      let client = try scene.connect()
      client.send(
        "POST /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\nTransfer-Encoding: chunked\r\n\r\n"
      )
      for character in json { client.send("\(String(String(character).utf8.count, radix: 16))\r\n\(character)\r\n") }
      client.send("0\r\n\r\n")
      #expect(try client.readAnswer().status == 201)
    }
  }

  @Test(arguments: [
    ("token=listed%00", 404), ("token=listed;x", 404), ("token=listed;orgID=y", 404), ("authID=%00", 400),
    ("orgID=;", 400), ("user=%00", 404), ("org=a;b", 404), ("token=listed", 200),
  ]) func doesNotDropAFilterThatIsOdd(query: String, status: Int) throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      _ = try ManagementClient(scene.gatehouse).create("listed", password: nil, reads: ["metrics"])
      let answer = try scene.connect().exchange(Self.request(scene, "GET", "/legacy/authorizations?\(query)"))
      #expect(answer.status == status, "\(answer.text)")
    }
  }

  @Test func tellsWhyNothingCanBeChangedInTheLogAndInHealth() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let client = try scene.connect()
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("kept", password: nil, reads: ["metrics"])
      func patch() throws -> Int { try management.call("PATCH", "/\(id)", ["status": "active"]).status }
      func health() throws -> String { try client.exchange("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").text }
      let store = scene.gatehouse.folder.file("gatehouse.db")
      try FileManager.default.moveItem(atPath: store, toPath: store + ".away")
      for _ in 0..<3 { #expect(try patch() == 503) }
      #expect(try health().contains("{\"name\":\"store\",\"status\":\"fail\""))
      try FileManager.default.moveItem(atPath: store + ".away", toPath: store)
      #expect(try patch() == 200)
      // It says more at its end, after these.
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd() == 0)
      let told = GatehouseProcess.jsonLines(scene.gatehouse.eventLog).compactMap { $0["message"] as? String }
      #expect(told.filter { $0 == "nothing can be changed" }.count == 1, "\(told)")
      #expect(told.filter { $0 == "changes are possible again" }.count == 1, "\(told)")
    }
  }

  @Test func keepsLittleOfWhoChangesPasswords() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let path = "/legacy/authorizations/\(try management.create("short", password: nil, reads: ["metrics"]))/password"
      func body(_ padding: Int) -> String {
        "{\"password\":\"long enough\",\"x\":\"\(String(repeating: "x", count: padding))\"}"
      }
      #expect(try scene.connect().exchange(Self.request(scene, "POST", path, body: body(16_000))).status == 204)
      for target in [path, "/private" + path] {
        let long = try scene.connect()
        long.send(Self.request(scene, "POST", target, body: body(17_000)))
        #expect(try long.readAnswer().status == 413)
      }
    }
  }

  /// A refused change need not wait for those before it, though it is of the same login.
  @Test func refusesPasswordsAtOnceWhereTooManyWait() throws {
    // So slow that few are ready before all have come, in whatever order they come.
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.passwordCost = 11
    }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let path = "/legacy/authorizations/\(try management.create("busy", password: nil, reads: ["metrics"]))/password"
      var waiting = try (0..<100).map { _ in try scene.connect(tls: false) }
      let body = "{\"password\":\"long enough\"}"
      for client in waiting { client.send(Self.request(scene, "POST", path, body: body)) }
      var statuses: [Int] = []
      while !waiting.isEmpty {
        RawClient.awaitReadable(waiting)
        let ready = waiting.filter(\.isReadable)
        waiting.removeAll { client in ready.contains { $0 === client } }
        statuses += try ready.map { try $0.readAnswer().status }
      }
      #expect(statuses.filter { $0 == 204 }.count >= 64 && Set(statuses) == [204, 503], "\(statuses)")
      // Had it waited for its turn, all before it would have been answered first.
      #expect((statuses.firstIndex(of: 503) ?? 100) < 60, "\(statuses)")
    }
  }

  @Test func refusesBodiesOverItsLimits() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let big = String(repeating: " ", count: 1_048_577)
      let counted = try scene.connect()
      counted.send(Self.request(scene, body: big))
      #expect(try counted.readAnswer().status == 413)
      let chunked = try scene.connect()
      chunked.send(
        "POST /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "\(String(big.utf8.count, radix: 16))\r\n\(big)\r\n0\r\n\r\n")
      #expect(try chunked.readAnswer().status == 413)
      let deep = String(repeating: "[", count: 1_000_000)
      #expect(try scene.connect().exchange(Self.request(scene, body: deep)).status == 400)
      let objects = String(repeating: "{\"permissions\":[", count: 60_000)
      #expect(try scene.connect().exchange(Self.request(scene, body: objects)).status == 400)
      let gzip = try scene.connect()
      gzip.send(Self.request(scene, fields: "Content-Encoding: gzip\r\n", body: "x"))
      #expect(try gzip.readAnswer().status == 415)
      #expect(try scene.connect().exchange(Self.request(scene)).status == 400)
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func isReachedByTokensAlone() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      for field in [
        "", Login.writer.basic, "Authorization: Token writer-two:writer-password\r\n",
        "Authorization: Token nobody\r\n", "Cookie: session=x\r\n",
        "Authorization: Basic \(Data("any:\(scene.gatehouse.token)".utf8).base64EncodedString())\r\n",
      ] {
        let answer = try scene.connect().exchange(
          "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
        #expect(answer.status == 401, "\(field): \(answer.status) \(answer.text)")
      }
      scene.gatehouse.addCanary(Data("any:\(scene.gatehouse.token)".utf8).base64EncodedString())
      let url = "GET /private/legacy/authorizations?u=any&p=\(scene.gatehouse.token) HTTP/1.1\r\nHost: x\r\n\r\n"
      #expect(try scene.connect().exchange(url).status == 401)
      try scene.expectUntouchedUpstream()
    }
  }

  /// A browser elsewhere can send such a request without a preflight, but no token with it.
  @Test func refusesBrowsersFromElsewhere() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let origin = "Origin: https://evil.example\r\n"
      for path in ["/private/legacy/authorizations", "/write?db=metrics", "/query"] {
        let preflight = try scene.connect().exchange(
          "OPTIONS \(path) HTTP/1.1\r\nHost: localhost\r\n\(origin)Access-Control-Request-Method: POST\r\n\r\n")
        #expect(preflight["Access-Control-Allow-Origin"] == nil)
        #expect(
          preflight.status == 403 || preflight.status == 405 || preflight.status == 401, "\(path): \(preflight.status)")
        let simple = try scene.connect().exchange(
          "POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(origin)Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"
        )
        #expect([401, 403].contains(simple.status))
        #expect(simple["Access-Control-Allow-Origin"] == nil)
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func obeysWhatTheCommandLineChangesBesideIt() throws {
    try Scene.play { scene in
      let token = try scene.gatehouse.makeOperatorToken()
      let client = try scene.connect()
      let request = "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n\r\n"
      // Within a second the server has looked at the store; failures meanwhile may be throttled.
      var status = 0
      for _ in 0..<40 where status != 200 {
        status = try client.exchange(request).status
        if status != 200 { usleep(50_000) }
      }
      #expect(status == 200)
    }
  }
}
