// The server that the management steps were recorded on, as gatehouse stands for it: its names, its tokens, its steps.

import Foundation
import Testing

struct RecordedStage {
  let gatehouse: GatehouseProcess
  private var variables: [String: String] = [:]

  /// The organization and the user are those of the recordings.
  static func configure(_ settings: inout GatehouseSettings) {
    settings.logins = []
    settings.hasOperatorToken = true
  }

  /// Before a scripted InfluxDB 2.x, which returns the row that a write of the steps makes.
  static func playBeforeInfluxDB2(_ body: (RecordedStage) throws -> Void) throws {
    var directory = UpstreamDirectory()
    directory.influxDB2 = UpstreamDirectory2(
      buckets: ["metrics/autogen", "secret/autogen", "_monitoring", "_tasks"],
      mappings: ["metrics", "secret"].map { ($0, "autogen", "\($0)/autogen", true) })
    let hasWritten = Awaited(false)
    try Scene.play(
      directory: directory,
      settings: {
        configure(&$0)
        $0.upstreamToken = "canary-upstream-token-of-the-gateway"
      },
      script: { connection in
        let request = try connection.readRequest()
        // What bears no credential of gatehouse is the upstream's to refuse.
        guard request["Authorization"] != nil else {
          return connection.answer(
            "401 Unauthorized", "{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}",
            fields: "Content-Type: application/json; charset=utf-8\r\nX-Platform-Error-Code: unauthorized\r\n")
        }
        if request.path == "/write" {
          hasWritten.change { $0 = true }
          return connection.answer("204 No Content")
        }
        let series =
          "\"series\":[{\"name\":\"cpu\",\"columns\":[\"time\",\"v\"],\"values\":[[\"2023-11-14T22:13:20Z\",1]]}]"
        connection.answer(
          "200 OK", "{\"results\":[{\"statement_id\":0\(hasWritten.current ? "," + series : "")}]}\n",
          fields: "Content-Type: application/json\r\n")
      }
    ) { try body(RecordedStage($0.gatehouse)) }
  }

  /// Before a real InfluxDB 1.6.7.
  static func playBeforeInfluxDB1(_ body: (RecordedStage) throws -> Void) throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse {
      configure(&$0)
      $0.tables["directory"] = ["organization = \"plant\"", "user = \"mio\""]
    }
    do { try body(RecordedStage(gatehouse)) } catch { Issue.record("\(error)\n\(gatehouse.eventLog.suffix(1_500))") }
    gatehouse.stop()
  }

  private init(_ gatehouse: GatehouseProcess) throws {
    self.gatehouse = gatehouse
    let client = try RawClient(gatehouse)
    func id(_ path: String, _ list: String?) throws -> String {
      let answer = try client.exchange(
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \(gatehouse.token)\r\n\r\n")
      let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
      let found = list.flatMap { (object?[$0] as? [[String: Any]])?.first } ?? (list == nil ? object : nil)
      guard let id = found?["id"] as? String else { throw HarnessFailure("\(path): \(answer.status) \(answer.text)") }
      return id
    }
    let organization = try id("/api/v2/orgs?org=plant", "orgs")
    let metrics = try id("/api/v2/buckets?name=metrics/autogen", "buckets")
    let user = try id("/api/v2/me", nil)
    variables = [
      "op": gatehouse.token, "org": organization, "orgname": "plant", "orgupper": organization.uppercased(),
      "bucket": metrics, "bucketname": "metrics/autogen",
      "bucket2": try id("/api/v2/buckets?name=secret/autogen", "buckets"), "me": user, "mename": "mio",
    ]
    let authorizations = ["read:authorizations", "write:authorizations"]
    for (name, permissions) in [
      ("tok_reader", ["read:authorizations", "read:users/\(user)"]),
      (
        "tok_manager",
        authorizations + [
          "read:users/\(user)", "write:users/\(user)", "read:buckets/\(metrics)", "write:buckets/\(metrics)",
        ]
      ), ("tok_nouser", authorizations + ["read:buckets/\(metrics)"]), ("tok_bucket", ["read:buckets/\(metrics)"]),
    ] { variables[name] = try token(permissions.flatMap { ["--permission", $0] }) }
    variables["tok_inactive"] = try token(["--operator", "--inactive"])
    try awaitTokens(client)
  }

  private func token(_ arguments: [String]) throws -> String {
    let command = try gatehouse.command(arguments: ["token", "create"] + arguments)
    guard command.status == 0 else { throw HarnessFailure("token create: \(command.errors)") }
    gatehouse.addCanary(command.line)
    return command.line
  }

  /// The server knows within a second what the command line made; it learns the last with all before it.
  private func awaitTokens(_ client: RawClient) throws {
    for _ in 0..<2_000 {
      let answer = try client.exchange(
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\n"
          + "Authorization: Token \(variables["tok_bucket"] ?? "")\r\n\r\n")
      if answer.status == 200 { return }
      usleep(5_000)
    }
    throw HarnessFailure("the tokens are not known")
  }

  /// Plays the steps of one file; `overrides` are those of the file itself and those beside them, by their names.
  func replay(
    _ name: String, prefix: String = "/private/legacy", overrides: [String], members: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = Paths.fixture("conformance")
    var arguments = ["\(folder)/\(name).json", "--recorded", "\(folder)/recorded/influxdb-2.9.1-\(name).jsonl"]
    arguments += ["--rewrite", "/private/legacy=\(prefix)"]
    arguments += overrides.flatMap { ["--expect", "\(folder)/\($0).overrides.json"] }
    arguments += members.map { ["--members", $0] } ?? []
    try run("replay.py", arguments, sourceLocation: sourceLocation)
  }

  /// Runs a player of recordings against gatehouse with the variables of the stage; it must be content.
  func run(
    _ player: String, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var words = [try Paths.python(), Paths.fixture("conformance/\(player)")] + arguments
    words += ["--base", "https://localhost:\(gatehouse.port)", "--ca", try Certificate.shared.get().certificate]
    words += variables.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    let command = try Command.run(words)
    #expect(command.status == 0, "\(command.output)\(command.errors)", sourceLocation: sourceLocation)
  }
}
