// `/health` fails while data cannot be served, and says why; what mends it is noticed without a restart.

import Foundation
import Glibc
import Testing

@Suite struct HealthTests {
  private static let question = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"

  /// Asks until the answer is as wanted, or ten seconds are over.
  private static func await(
    _ gatehouse: GatehouseProcess, sourceLocation: SourceLocation = #_sourceLocation, _ isWanted: (HTTPAnswer) -> Bool
  ) throws {
    let client = try RawClient(gatehouse, tls: false)
    var last = try client.exchange(question)
    for _ in 0..<1_000 where !isWanted(last) {
      usleep(10_000)
      last = try client.exchange(question)
    }
    #expect(isWanted(last), "\(last.status) \(last.text)", sourceLocation: sourceLocation)
  }

  private static func fails(_ answer: HTTPAnswer, _ check: String) -> Bool {
    answer.status == 503 && answer.text.contains("\"status\":\"fail\",\"version\"")
      && answer.text.contains("{\"name\":\"\(check)\",\"status\":\"fail\"")
  }

  @Test func failsWhileTheUpstreamRefusesTheCredentialAndTakesANewOne() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse()
    let client = try RawClient(gatehouse)
    #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
    let changed = "canary-changed-Jw52"
    gatehouse.addCanary(changed)
    try influxd.query("SET PASSWORD FOR \(InfluxdServer.user) = '\(changed)'")
    let refused = try client.exchange(Request.write("cpu v=2"))
    #expect(refused.status == 502)
    try Self.await(gatehouse) { Self.fails($0, "credential") }
    // The file is read again; the text that stood in its place is a change as well.
    try gatehouse.folder.write("upstream-password", changed + "\n")
    let text = try String(contentsOfFile: gatehouse.configuration, encoding: .utf8)
    let inline = "password = \"\(InfluxdServer.password)\""
    #expect(text.contains(inline))
    try gatehouse.folder.write(
      "gatehouse.toml", text.replacing(inline, with: "password = { file = \"upstream-password\" }"))
    gatehouse.signal(SIGHUP)
    try Self.await(gatehouse) { $0.status == 200 && $0.text.contains("\"checks\":[]") }
    // Also on a connection that remembers how it said the same write before.
    #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
    let again = "canary-again-Qx77"
    gatehouse.addCanary(again)
    let stage = try RawClient(port: influxd.port, tls: false)
    let basic = Data("\(InfluxdServer.user):\(changed)".utf8).base64EncodedString()
    let statement = "SET PASSWORD FOR \(InfluxdServer.user) = '\(again)'".percentEncoded
    let set = try stage.exchange(
      "POST /query?q=\(statement) HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \(basic)\r\nContent-Length: 0\r\n\r\n")
    #expect(set.status == 200)
    try gatehouse.folder.write("upstream-password", again + "\n")
    gatehouse.signal(SIGHUP)
    try Self.await(gatehouse) { answer in
      answer.status == 200 && (try? client.exchange(Request.write("cpu v=1")).status) == 204
    }
    gatehouse.stop()
  }

  @Test func failsWhileNoMemberAnswers() throws {
    try Scene.play { scene in
      scene.upstream.stopListening()
      // A new connection is refused, which a request finds out long before the next regular question.
      let client = try scene.connect()
      for _ in 0..<3 { _ = try client.exchange(Request.write("cpu v=1", fields: "Connection: keep-alive\r\n")) }
      let other = try scene.connect()
      _ = try other.exchange(Request.query("SHOW MEASUREMENTS"))
      try Self.await(scene.gatehouse) { Self.fails($0, "upstream") }
    }
  }

  @Test func failsWithADirectoryThatIsTooOldWhileDataGoesOn() throws {
    let script: ScriptedUpstream.Script = { connection in
      guard try connection.peekHead()?["Via"] == nil else { return try connection.obey() }
      _ = try connection.readRequest()
      connection.answer("500 Internal Server Error", "{\"error\":\"no\"}")
    }
    try Scene.play(settings: { $0.tables["directory"] = ["refresh = \"1s\""] }, script: script) { scene in
      // The question for the second's policies is not answered.
      scene.upstream.setDirectory(UpstreamDirectory(databases: [("metrics", ["autogen"]), ("a;b", ["autogen"])]))
      try Self.await(scene.gatehouse) { Self.fails($0, "directory") }
      #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204)
      scene.upstream.setDirectory(UpstreamDirectory())
      try Self.await(scene.gatehouse) { $0.status == 200 }
    }
  }
}
