// gatehouse before a real influxd 1.6.7 answers as InfluxDB 1.12.4 did, step by step, but for what the overrides give a reason for.

import Foundation
import Testing

@Suite struct ConformanceTests {
  @Test func answersTheStepsOfV1Authentication() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse { settings in
      settings.logins.removeAll { ["reader-one", "writer-two"].contains($0.name) }
    }
    defer { gatehouse.stop() }
    let management = try ManagementClient(gatehouse)
    // Owned by the API, not declared: the steps change them.
    _ = try management.create("reader-one", password: Login.reader.password, reads: ["metrics"])
    _ = try management.create(
      "writer-two", password: Login.writer.password, reads: ["metrics"], writes: ["metrics", "secret"])
    _ = try management.create("empty-status", password: nil, reads: ["metrics"])
    _ = try management.create("tele graf:ünï", password: nil, writes: ["metrics"])
    func basic(_ name: String) -> String { "Basic " + Data("\(name):\(gatehouse.token)".utf8).base64EncodedString() }
    let folder = "conformance"
    let command = try Command.run([
      try Paths.python(), Paths.fixture("\(folder)/exchange.py"), "check", Paths.fixture("\(folder)/v1-auth.json"),
      "--base", "https://localhost:\(gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
      "--recorded", Paths.fixture("\(folder)/influxdb-1.12.4-v1-auth.jsonl"),
      "--expect", Paths.fixture("\(folder)/v1-auth.influxdb-1.overrides.json"), "--show", "200",
      "--set", "op=\(gatehouse.token)", "--set", "op_escaped=\(gatehouse.token.percentEncoded)",
      "--set", "basic_any_op=\(basic("any"))", "--set", "basic_reader_op=\(basic("reader-one"))",
      "--set", "orgname=default", "--set", "org=\(management.organization)",
    ])
    #expect(command.status == 0, "\(command.output)\(command.errors)")
  }

  @Test func carriesWhatRealClientsSend() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    // The clients were recorded with the organization plant.
    let gatehouse = try influxd.gatehouse { $0.tables["directory"] = ["organization = \"plant\""] }
    defer { gatehouse.stop() }
    let management = try ManagementClient(gatehouse)
    let command = try Command.run([
      try Paths.python(), Paths.fixture("conformance/clients.py"), Paths.fixture("conformance/clients.jsonl"),
      "--port", "\(gatehouse.port)", "--ca", try Certificate.shared.get().certificate, "--set", "op=\(gatehouse.token)",
      "--set", "org=\(management.organization)", "--set", "bucketname=metrics/autogen", "--set",
      "bucket=\(try management.bucket("metrics/autogen"))", "--expect",
      Paths.fixture("conformance/clients.influxdb-1.overrides.json"),
    ])
    #expect(command.status == 0, "\(command.output)\(command.errors)")
  }

  @Test func givesEachDifferenceItsReason() throws {
    for name in [
      "v1-auth.influxdb-1", "clients.influxdb-1", "v1-auth.influxdb-2", "clients.influxdb-2", "mapping.influxdb-2",
    ]
    .map({ "\($0).overrides.json" }) {
      let data = try Data(contentsOf: URL(filePath: Paths.fixture("conformance/\(name)")))
      let overrides = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
      for (step, override) in overrides {
        #expect((override["why"] as? String ?? "").count > 20, "\(name): \(step)")
        #expect(override["status"] is Int, "\(name): \(step)")
      }
    }
  }
}
