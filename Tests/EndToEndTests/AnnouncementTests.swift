// What a server says when it starts, while its upstream is away, and where somebody else serves already.

import Foundation
import Glibc
import Testing

@Suite struct AnnouncementTests {
  @Test func saysFirstWhatItIs() throws {
    try Scene.play { scene in
      let first = try #require(GatehouseProcess.jsonLines(scene.gatehouse.eventLog).first)
      #expect(first["message"] as? String == "starting")
      #expect((first["version"] as? String)?.split(separator: ".").count == 3)
      #expect(first["configuration"] as? String == scene.gatehouse.configuration)
      #expect(first["listeners"] as? String == "https://127.0.0.1:0, http://127.0.0.1:0")
    }
  }

  @Test func inventsNoVersionAndCountsAnOutage() throws {
    let nowhere = try ScriptedUpstream()
    nowhere.stopListening()
    var settings = GatehouseSettings(upstreamPorts: nowhere.port)
    settings.awaitsDirectory = false
    // Known from the file, so that requests are decided and fail at the upstream.
    settings.tables["directory"] = ["source = \"declared\""]
    settings.sections = """
      [[organization]]
      name = "default"
      [[user]]
      name = "admin"
      [[bucket]]
      name = "metrics/autogen"
      """
    let gatehouse = try GatehouseProcess(settings)
    let client = try RawClient(gatehouse)
    for target in ["/health", "/ping", "/nowhere"] {
      let answer = try client.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer["X-Influxdb-Version"] == nil && !answer.text.contains("version"), "\(target): \(answer.text)")
    }
    for _ in 0..<20 { _ = try client.exchange(Request.write("cpu v=1")) }
    gatehouse.stop()
    let lines = GatehouseProcess.jsonLines(gatehouse.eventLog)
    let failures = lines.filter { ($0["message"] as? String)?.hasPrefix("upstream failure") ?? false }
    #expect(failures.allSatisfy { $0["upstream"] as? String == "127.0.0.1:\(nowhere.port)" }, "\(failures)")
    let loose = lines.filter { $0["message"] as? String == "upstream failure" }
    #expect((0...2).contains(loose.count), "\(loose)")
  }

  @Test func refusesAPortThatIsTakenUnlessItTakesOver() throws {
    try Scene.play { scene in
      let text = try String(contentsOfFile: scene.gatehouse.configuration, encoding: .utf8)
      // The same two ports as the running one.
      let parts = text.components(separatedBy: "127.0.0.1:0")
      try #require(parts.count == 3)
      let same =
        "\(parts[0])127.0.0.1:\(scene.gatehouse.port)\(parts[1])127.0.0.1:\(scene.gatehouse.plainPort)\(parts[2])"
      let path = try scene.gatehouse.folder.write("second.toml", same)
      let refused = try Command.run([try Paths.gatehouse(), "serve", "--config", path])
      #expect(refused.status == 1, "\(refused.status) \(refused.errors)")
      #expect(
        refused.errors.contains("port \(scene.gatehouse.port) is in use") && refused.errors.contains("--take-over"))
      #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204)
      let second = try ChildProcess([try Paths.gatehouse(), "serve", "--config", path, "--take-over"])
      #expect(
        second.errors.wait(until: { String(decoding: $0, as: UTF8.self).contains("\"listening\"") || !second.isRunning }
        )
          != nil)
      #expect(second.isRunning, "\(second.errorText)")
      second.signal(SIGTERM)
      #expect(second.waitForEnd() == 0)
      #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204)
    }
  }
}
