// gatehouse before an upstream that plays recordings of InfluxDB 2.9.1 answers as that server did, but for what the overrides give a reason for.

import Foundation
import Testing

@Suite struct InfluxDB2ConformanceTests {
  private static let folder = "conformance"

  /// A stage before a server with such buckets and mappings, which answers by a recording.
  private static func play(
    _ directory: UpstreamDirectory2, _ recording: Recording, instead: String = "",
    _ body: (Scene, ManagementClient) throws -> Void
  ) throws {
    var upstream = UpstreamDirectory()
    upstream.influxDB2 = directory
    try Scene.play(
      directory: upstream,
      settings: {
        $0.upstreamToken = "canary-upstream-token-of-the-gateway"
        $0.logins = []
        $0.hasOperatorToken = true
      }, script: { try recording.answer($0, instead: instead) }
    ) { scene in try body(scene, try ManagementClient(scene.gatehouse)) }
  }

  private static func permission(_ action: String, _ id: String?) -> [String: Any] {
    var resource: [String: Any] = ["type": "buckets", "orgID": UpstreamDirectory2.organization]
    resource["id"] = id
    return ["action": action, "resource": resource]
  }

  private static func create(
    _ name: String, _ password: String?, _ permissions: [[String: Any]], description: String = "",
    _ management: ManagementClient
  ) throws {
    let answer = try management.call(
      "POST", "",
      [
        "orgID": management.organization, "token": name, "description": description, "permissions": permissions,
      ])
    guard answer.status == 201,
      let id = (try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])?["id"] as? String
    else { throw HarnessFailure("\(name): \(answer.status) \(answer.text)") }
    if let password { try management.setPassword(id, password) }
  }

  private static func check(
    _ cases: String, _ recorded: String, _ overrides: String, _ gatehouse: GatehouseProcess, _ values: [String: String]
  ) throws {
    let command = try Command.run(
      [
        try Paths.python(), Paths.fixture("\(folder)/numbered.py"), "check", Paths.fixture("\(folder)/\(cases)"),
        "--base", "https://localhost:\(gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
        "--recorded", Paths.fixture("\(folder)/\(recorded)"), "--expect", Paths.fixture("\(folder)/\(overrides)"),
        "--show", "200",
      ] + values.flatMap { ["--set", "\($0.key)=\($0.value)"] },
      // Each name that a login by bucket ids cannot see is asked for first, at most once a second.
      seconds: 300)
    #expect(command.status == 0, "\(command.output)\(command.errors)")
  }

  @Test func answersTheStepsOfV1Authentication() throws {
    var directory = UpstreamDirectory2()
    directory.buckets = ["metrics/autogen", "secret/autogen"]
    directory.mappings = [
      ("metrics", "autogen", "metrics/autogen", true), ("secret", "autogen", "secret/autogen", true),
    ]
    let (metrics, secret) = (directory.id(of: "metrics/autogen"), directory.id(of: "secret/autogen"))
    let recorded = "recorded/influxdb-2.9.1-v1-auth.jsonl"
    try Self.play(directory, try Recording(recorded), instead: "query basic") { scene, management in
      try Self.create(
        "reader-one", Login.reader.password, [Self.permission("read", metrics)], description: "changed", management)
      try Self.create(
        "writer-two", Login.writer.password,
        [Self.permission("read", metrics), Self.permission("write", metrics), Self.permission("write", secret)],
        management)
      try Self.create("empty-status", nil, [Self.permission("read", metrics)], management)
      try Self.create("tele graf:ünï", nil, [Self.permission("write", metrics)], management)
      let token = scene.gatehouse.token
      func basic(_ name: String) -> String { "Basic " + Data("\(name):\(token)".utf8).base64EncodedString() }
      try Self.check(
        "v1-auth.json", recorded, "v1-auth.influxdb-2.overrides.json", scene.gatehouse,
        [
          "op": token, "op_escaped": token.percentEncoded, "basic_any_op": basic("any"),
          "basic_reader_op": basic("reader-one"), "org": management.organization, "orgname": "plant",
          "me": UpstreamDirectory2.user, "mename": "mio", "bucket": metrics, "bucketname": "metrics/autogen",
          "bucket2": secret,
        ])
      // Whatever was let through: with the gateway's credential, and nothing of secret but what writer-two writes.
      for request in scene.upstream.completed where request.path != "/nowhere" {
        #expect(request.all("Authorization") == ["Token canary-upstream-token-of-the-gateway"])
        #expect(!request.head.contains("secret") && !request.text.contains("secret"), "\(request.head)\(request.text)")
      }
    }
  }

  @Test func carriesWhatRealClientsSend() throws {
    var directory = UpstreamDirectory2()
    directory.buckets = ["metrics/autogen", "secret/autogen"]
    directory.mappings = [
      ("metrics", "autogen", "metrics/autogen", true), ("secret", "autogen", "secret/autogen", true),
    ]
    let (metrics, secret) = (directory.id(of: "metrics/autogen"), directory.id(of: "secret/autogen"))
    try Self.play(directory, try Recording("clients.jsonl")) { scene, management in
      try Self.create(
        "writer-two", Login.writer.password,
        [Self.permission("read", metrics), Self.permission("write", metrics), Self.permission("write", secret)],
        management)
      let command = try Command.run([
        try Paths.python(), Paths.fixture("\(Self.folder)/clients.py"), Paths.fixture("\(Self.folder)/clients.jsonl"),
        "--port", "\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
        "--set", "op=\(scene.gatehouse.token)", "--set", "org=\(management.organization)", "--set", "bucket=\(metrics)",
        "--set", "bucketname=metrics/autogen",
        "--expect", Paths.fixture("\(Self.folder)/clients.influxdb-2.overrides.json"),
      ])
      #expect(command.status == 0, "\(command.output)\(command.errors)")
      for request in scene.upstream.completed {
        let names = request.everyParameter.map(\.name)
        #expect(Set(names).count == names.count && !names.contains("params"), "\(request.head)")
        #expect(request.everyParameter.allSatisfy { !$0.value.isEmpty }, "\(request.head)")
      }
      // Typed values, plain ones and those of a form, each bound into the text.
      for (number, text) in [
        (3, "SELECT v FROM gocli WHERE h = 'a b'"), (10, "SELECT v FROM jv WHERE h = 'a b'"),
        (19, "SELECT v FROM node WHERE h = 'c'"), (20, "SELECT v FROM autogen.node; SHOW MEASUREMENTS"),
        (27, "SELECT v FROM py WHERE h = 'a b'"),
      ] {
        let seen = scene.upstream.completed.filter { $0["X-Request-Id"] == "step-\(number)" }
        #expect(seen.map { $0.parameter("q") } == [[text]])
      }
    }
  }

  @Test func resolvesTheStepsOfMappingToTheSameBuckets() throws {
    var directory = UpstreamDirectory2()
    // In the order in which the recorded server listed them.
    directory.buckets = directory.buckets.suffix(8).sorted()
    let recorded = "recorded/influxdb-2.9.1-mapping.jsonl"
    let recording = try Recording(recorded)
    #expect(recording.steps.count == 138)
    try Self.play(directory, recording) { scene, management in
      try Self.create(
        "all-in", "all-in-password", [Self.permission("read", nil), Self.permission("write", nil)], management)
      try Self.create(
        "fine", "fine-password",
        [
          Self.permission("read", directory.id(of: "metrics/weekly")),
          Self.permission("write", directory.id(of: "p2")),
        ], management)
      try Self.check(
        "mapping.json", recorded, "mapping.influxdb-2.overrides.json", scene.gatehouse,
        ["org": management.organization])
      try Self.expectSameBuckets(scene.upstream.completed, recording)
    }
  }

  /// What each (database, policy) held is known from the recorded queries that named both.
  private static func expectSameBuckets(_ requests: [UpstreamRequest], _ recording: Recording) throws {
    var rows: [String: [String]] = [:]
    for step in recording.steps where step.name.hasPrefix("all-in: query ") {
      let request = try UpstreamRequest(head: "GET \(step.path) HTTP/1.1\r\n\r\n")
      guard let found = step.rows, let policy = request.parameter("rp").first else { continue }
      rows["\(request.parameter("db")[0])/\(policy)"] = found
    }
    #expect(rows.count == 8)
    // Its only name in the recording.
    rows["p2/autogen"] = recording.steps.first { $0.name == "all-in: query p2" }?.rows
    var (writes, queries) = (0, 0)
    for request in requests {
      let step = try #require(recording.step(of: request))
      let (database, policy) = (request.parameter("db"), request.parameter("rp"))
      if request.path == "/write" {
        let place = "\(database.joined())/\(policy.joined())"
        let second = request.text.split(separator: " ").last.map { $0.prefix(10) } ?? ""
        #expect(rows[place]?.contains { $0.hasPrefix(second) } == true, "\(step.name) came to \(place)")
        writes += 1
      } else if let wanted = step.rows, let text = request.parameter("q").first, text.hasPrefix("SELECT") {
        let places = text.split(separator: "FROM ")[1].split(separator: ", ").map { source -> String in
          let parts = source.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
          let named = parts.count > 1 ? parts[parts.count - 2] : ""
          return "\(parts.count > 2 ? parts[0] : database.joined())/\(named.isEmpty ? policy.joined() : named)"
        }
        #expect(places.flatMap { rows[$0] ?? [] }.sorted() == wanted, "\(step.name) came to \(places)")
        queries += 1
      }
    }
    #expect(writes == 16 && queries == 36, "\(writes) writes and \(queries) queries arrived")
  }
}
