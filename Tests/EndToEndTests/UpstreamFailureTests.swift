// An upstream that is down, slow or broken costs an error in the client's dialect, and no points (design §10).

import Foundation
import Testing

@Suite struct UpstreamFailureTests {
  /// Texts in a 5xx that make Telegraf's 1.x output drop the batch.
  private static let fatalWords = [
    "retention policy not found", "partial write", "points beyond retention policy", "unable to parse",
    "hinted handoff queue not empty", "database not found",
  ]

  private static func expectFailure(
    _ answer: HTTPAnswer, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(answer.status == status, "\(answer.status) \(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.error != nil, sourceLocation: sourceLocation)
    #expect(answer["Content-Type"]?.hasPrefix("application/json") ?? false, sourceLocation: sourceLocation)
    for words in fatalWords { #expect(!answer.text.lowercased().contains(words), sourceLocation: sourceLocation) }
  }

  private static func play(
    _ status: Int, _ tables: [String: [String]] = [:], _ script: @escaping ScriptedUpstream.Script,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for request in [Request.write("cpu v=1"), Request.chunkedWrite("cpu v=1"), Request.query("SHOW MEASUREMENTS")] {
      try Scene.play(settings: { $0.tables = tables }, script: script, sourceLocation: sourceLocation) { scene in
        let client = try scene.connect()
        Self.expectFailure(try client.exchange(request), status, sourceLocation: sourceLocation)
        // The client's connection lives on, and so does the upstream once it is well again.
        scene.upstream.answer { try $0.obey() }
        #expect(try client.exchange(Request.write("cpu v=2")).status == 204, sourceLocation: sourceLocation)
      }
    }
  }

  @Test func answers502WhenTheUpstreamRefuses() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      scene.upstream.stopListening()
      for _ in 0..<3 { Self.expectFailure(try client.exchange(Request.write("cpu v=1")), 502) }
      Self.expectFailure(try client.exchange(Request.query("SHOW MEASUREMENTS")), 502)
    }
  }

  @Test func answers502WhenTheUpstreamCloses() throws {
    try Self.play(502) { connection in
      _ = try connection.readRequest()
      connection.close()
    }
  }

  @Test func answers502WhenTheUpstreamResets() throws {
    try Self.play(502) { connection in
      _ = try connection.readRequest()
      connection.reset()
    }
  }

  @Test func answers502WhenTheUpstreamClosesWithinItsHead() throws {
    try Self.play(502) { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 204 No Con")
      connection.close()
    }
  }

  @Test func answers504WhenTheUpstreamIsSilent() throws {
    try Self.play(504, ["timeouts": ["upstream_response = \"500ms\""]]) { connection in
      _ = try connection.readRequest()
      connection.waitForEnd()
    }
  }

  @Test func answers504WhenTheUpstreamStopsWithinItsHead() throws {
    try Self.play(504, ["timeouts": ["upstream_response = \"500ms\""]]) { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 204 No Con")
      connection.waitForEnd()
    }
  }

  @Test func endsAnswerThatStopsInTheMiddle() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      connection.waitForEnd()
    }
    try Scene.play(settings: { $0.tables["timeouts"] = ["upstream_response = \"500ms\""] }, script: script) { scene in
      let client = try scene.connect()
      client.send(Request.query("SHOW MEASUREMENTS"))
      #expect(try client.readHead()?.status == 200)
      #expect(!String(decoding: try client.readToEnd(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
    }
  }

  @Test(arguments: ["401 Unauthorized", "403 Forbidden"]) func neverRelaysRefusalOfItsOwnCredential(status: String)
    throws
  {
    try Self.play(502) { connection in
      _ = try connection.readRequest()
      connection.answer(
        status, "{\"error\":\"authorization failed\"}\n",
        fields: "Content-Type: application/json\r\nWWW-Authenticate: Basic realm=\"InfluxDB\"\r\n")
    }
  }

  @Test(arguments: [
    "400 Bad Request", "404 Not Found", "413 Request Entity Too Large", "500 Internal Server Error",
    "503 Service Unavailable",
  ])
  func relaysWhatTheUpstreamSaysOfTheRequestItself(status: String) throws {
    let body = "{\"error\":\"unable to parse 'cpu v': invalid field format\"}\n"
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer(status, body, fields: "Content-Type: application/json\r\nX-Influxdb-Error: unable to parse\r\n")
    }
    try Scene.play(script: script) { scene in
      let answer = try scene.connect().exchange(Request.write("cpu v"))
      #expect("\(answer.status) \(answer.reason)" == status)
      #expect(answer.text == body)
      #expect(answer["X-Influxdb-Error"] == "unable to parse")
    }
  }

  @Test func answersBeforeTheBodyIsSentWhole() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readHead()
      connection.answer(
        "413 Request Entity Too Large", "{\"error\":\"Request Entity Too Large\"}\n", fields: "Connection: close\r\n")
      connection.waitForEnd()
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 10000000\r\n\r\n",
        String(repeating: "x", count: 200_000))
      #expect(try client.readAnswer().status == 413)
    }
  }

  @Test func carriesNothingUntilItKnowsTheDatabases() throws {
    let nowhere = try ScriptedUpstream()
    nowhere.stopListening()
    var settings = GatehouseSettings(upstreamPorts: nowhere.port)
    settings.awaitsDirectory = false
    let gatehouse = try GatehouseProcess(settings)
    let write = try RawClient(gatehouse).exchange(Request.write("cpu v=1"))
    #expect([502, 503].contains(write.status), "\(write.status) \(write.text)")
    if write.status == 503 { #expect(write["Retry-After"] != nil) }
    #expect(try RawClient(gatehouse).exchange(Request.write("cpu v=1", login: .mallory)).status != 204)
    gatehouse.stop()
  }

  @Test func asksOnceMoreBeforeItCallsDatabaseUnknown() throws {
    var login = Login.writer
    login.writes.append("fresh/other")
    let hopeful = login
    try Scene.play(settings: { $0.logins = [hopeful] }) { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      var directory = UpstreamDirectory()
      directory.databases.append(("fresh", ["autogen"]))
      scene.upstream.setDirectory(directory)
      // Known from now on, but its default policy is not the one that writer-two may write.
      let answer = try client.exchange(Request.write("cpu v=1", database: "fresh"))
      #expect(answer.status == 403, "\(answer.status) \(answer.text)")
    }
  }
}
