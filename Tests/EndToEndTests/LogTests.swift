// What operators see: one JSON line for each exchange, whatever is in it, and never a secret (B7, rows 58 and 59).

import Foundation
import Testing

@Suite struct LogTests {
  @Test func writesOneLineForEachExchange() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      _ = try client.exchange(Request.write("cpu v=1"))
      _ = try client.exchange(Request.query("SELECT v FROM cpu"))
      _ = try client.exchange(Request.query("SELECT v FROM vault", database: "secret"))
      _ = try client.exchange(Request.query("SHOW MEASUREMENTS", login: nil))
      _ = try client.exchange("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try client.exchange("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
      client.send("nonsense\r\n\r\n")
      _ = try client.readToEnd()
      scene.gatehouse.stop()
      let records = scene.gatehouse.accessRecords()
      #expect(records.count == 7)
      #expect(records.compactMap { $0["status"] as? Int } == [204, 200, 403, 401, 204, 404, 400])
      #expect(records.first?["method"] as? String == "POST")
      #expect(records.first?["path"] as? String == "/write")
      let text = scene.gatehouse.accessLog
      #expect(text.contains("writer-two") && text.contains("reader-one") && text.contains("metrics"))
      #expect(!text.contains("SELECT") && !text.contains("vault"))
    }
  }

  /// What is wrong with a credential is for the log: the answers are alike (B4, row 34).
  @Test func namesTheCauseOfA401InTheLogAlone() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      var bodies: Set<String> = []
      func basic(_ pair: String) -> String { "Authorization: Basic \(Data(pair.utf8).base64EncodedString())\r\n" }
      for fields in [
        basic("ghost:x"), basic("reader-one:x"), Login.inactive.basic, basic("sleeper:x"),
        "Authorization: Token gh0123456789abcdef.\(String(repeating: "A", count: 43))\r\n",
        "", "Authorization: Basic !!!\r\n",
      ] {
        let answer = try client.exchange(Request.query("SHOW MEASUREMENTS", login: nil, fields: fields))
        #expect(answer.status == 401)
        bodies.insert(answer.text)
      }
      #expect(bodies.count == 2)
      let management = "GET /legacy/authorizations HTTP/1.1\r\nHost: localhost\r\n"
      for fields in [basic("ghost:x"), "Authorization: Token nonsense\r\n", ""] {
        let answer = try client.exchange("\(management)\(fields)\r\n")
        #expect(answer.status == 401)
        #expect(answer.text == "{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}")
      }
      scene.gatehouse.stop()
      let failed = "authorization failed: "
      let unparsable = "unable to parse authentication credentials: "
      #expect(
        scene.gatehouse.accessRecords().compactMap { $0["refusal"] as? String } == [
          failed + "unknown login", failed + "wrong password", failed + "the login is inactive",
          failed + "wrong password", unparsable + "unknown token", unparsable + "no credential",
          unparsable + "Basic is not base64", "unauthorized access: Authorization is not Token or Bearer",
          "unauthorized access: unknown token", "unauthorized access: not one Authorization field",
        ])
    }
  }

  static let injections: [(String, String)] = [
    ("newline in the name", "&u=a%0A%7B%22level%22%3A%22fatal%22%7D&p=x"),
    ("carriage return in the name", "&u=a%0D%0Ab&p=x"),
    ("escape sequence in the name", "&u=%1B%5B31mred%1B%5B0m&p=x"),
    ("quotation marks", "&u=%22%7D%2C%7B%22a%22%3A%22&p=x"),
    ("NUL and control characters", "&u=%00%01%02%7F%C2%85&p=x"), ("not UTF-8", "&u=%FF%FE%C0%80&p=x"),
    ("bidirectional override", "&u=%E2%80%AEevil&p=x"), ("line separator", "&u=a%E2%80%A8b&p=x"),
    ("long name", "&u=" + String(repeating: "n", count: 20_000) + "&p=x"),
    ("long database", "&db=" + String(repeating: "d", count: 20_000)),
  ]

  @Test(arguments: injections) func writesOneLineWhateverTheNameIs(name: String, parameters: String) throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(
        Request.query(
          "SHOW MEASUREMENTS", login: nil, parameters: parameters,
          fields: "User-Agent: \u{1f}\r\n".replacing("\u{1f}", with: "a\"\\b")))
      #expect([400, 401].contains(try client.readAnswer().status))
      scene.gatehouse.stop()
      let lines = scene.gatehouse.accessLines
      #expect(lines.count == 1)
      #expect(scene.gatehouse.accessRecords().count == 1)
      for line in lines {
        #expect(line.utf8.count < 4_096)
        #expect(!line.unicodeScalars.contains { $0.value < 32 || $0.value == 127 || (128..<160).contains($0.value) })
      }
    }
  }

  @Test func writesOneLineForAnAgentOf1MiB() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(
        "GET /ping HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \(String(repeating: "x", count: 1_048_576))\r\n\r\n")
      #expect(try client.readAnswer().status == 431)
      client.closeNow()
      scene.gatehouse.stop()
      #expect(scene.gatehouse.accessRecords().count == 1)
      #expect(scene.gatehouse.accessLines.joined().utf8.count < 4_096)
    }
  }

  /// Every process of the suite looks for its secrets when it stops; this one tries the places where they could slip through.
  @Test func neverPrintsSecret() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let secrets = [
        "canary-url-1", "canary-basic-2", "canaryquery3", "canary-body-4", "canary-cookie-5", "canary-half-6",
      ]
      for secret in secrets { scene.gatehouse.addCanary(secret) }
      let basic = Data("ghost:canary-basic-2".utf8).base64EncodedString()
      scene.gatehouse.addCanary(basic)
      for request in [
        Request.query("SHOW MEASUREMENTS", login: nil, parameters: "&u=x&p=canary-url-1"),
        Request.query("SHOW MEASUREMENTS", login: nil, parameters: "&u=x&%70=canary-url-1"),
        Request.query("SHOW MEASUREMENTS", login: nil, parameters: "&p=canary-half-6"),
        Request.query("SHOW MEASUREMENTS", login: nil, fields: "Authorization: Basic \(basic)\r\n"),
        Request.query("SHOW MEASUREMENTS", login: nil, fields: "Authorization: canary-basic-2\r\n"),
        Request.query("CREATE USER x WITH PASSWORD 'canaryquery3'"),
        Request.query("SET PASSWORD FOR x = 'canaryquery3'"),
        Request.query("SET PASSWORD FOR x = canaryquery3"),
        Request.query("CREATE USER \"x\" WITH PASSWORD 'canaryquery3' WITH"),
        Request.form("db=metrics&q=CREATE%20USER%20x%20WITH%20PASSWORD%20'canaryquery3'"),
        Request.form(
          "db=metrics&q=SHOW%20MEASUREMENTS&u=x&p=canary-body-4", fields: "Cookie: session=canary-cookie-5\r\n"),
        Request.write("cpu,password=canary-body-4 v=1", login: .reader),
        Request.query("SHOW MEASUREMENTS", login: nil, fields: "Authorization: Token canary-basic-2\r\n"),
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token canary-basic-2\r\n\r\n",
        "GET /nowhere?p=canary-url-1 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(basic)\r\n\r\n",
      ] {
        let answer = try scene.connect().exchange(request)
        // Its sender may see its own mistake quoted; the log may not.
        if answer.error?.hasPrefix("error parsing query") ?? false { continue }
        for secret in secrets {
          #expect(!answer.text.contains(secret) && !(answer["X-Influxdb-Error"] ?? "").contains(secret), "\(answer)")
        }
      }
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("keeper", password: "canary-body-4", reads: ["metrics"])
      _ = try management.call("POST", "/\(id)/password", ["password": "canary-body-4", "canaryquery3": 1])
      #expect(!"\(try management.list())".contains("$2b$"))
    }
  }

  @Test func canBeSilent() throws {
    try Scene.play(settings: { $0.accessLog = nil }) { scene in
      try scene.writeMarker()
      scene.gatehouse.stop()
      #expect(scene.gatehouse.accessLog.isEmpty)
    }
  }

  @Test func lostLinesAreCountedAndToldInEventsAndInHealth() throws {
    try Scene.play(settings: { $0.accessLog = "/dev/full" }) { scene in
      let client = try scene.connect()
      func health() throws -> String { try client.exchange("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").text }
      // Lines are handed over in blocks, a few times a second.
      var told = ""
      for _ in 0..<2_000 where !told.contains("access log") {
        told = try health()
        usleep(5_000)
      }
      #expect(
        told.contains("{\"name\":\"access log\",\"status\":\"fail\",\"message\":\"lines of the access log are lost\"}"))
      #expect(told.contains("\"status\":\"pass\""), "data goes on: \(told)")
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd() == 0)
      let events = GatehouseProcess.jsonLines(scene.gatehouse.eventLog)
      let began = events.filter { $0["message"] as? String == "access log lines are lost" }
      #expect(began.first?["reason"] as? String == "No space left on device", "\(events)")
      // Of the first and of ten times as many: not one for each line.
      #expect(began.count < 5)
      let ended = events.first { $0["message"] as? String == "access log lines were lost" }
      #expect(ended?["lost"] as? Int ?? 0 >= 2, "\(events)")
    }
  }
}
