// The directory of an InfluxDB 2.x, read through its API: what resolves there resolves here.

import Foundation
import Testing

@Suite struct Directory2Tests {
  private struct Step {
    let name: String
    let method: String
    let path: String
    let status: Int
    /// Whether the recorded server answered with data.
    let hasData: Bool
  }

  private static func steps(_ prefix: String) throws -> [Step] {
    let text = try String(
      contentsOfFile: Paths.fixture("conformance/recorded/influxdb-2.9.1-mapping.jsonl"), encoding: .utf8)
    return GatehouseProcess.jsonLines(text).compactMap { line in
      guard let name = line["name"] as? String, name.hasPrefix(prefix), let method = line["method"] as? String,
        let path = line["path"] as? String, let status = line["status"] as? Int
      else { return nil }
      let results = (line["body"] as? [String: Any])?["results"] as? [[String: Any]]
      return Step(
        name: name, method: method, path: path, status: status, hasData: results?.first?["series"] != nil)
    }
  }

  private static func play(_ body: (Scene) throws -> Void) throws {
    var directory = UpstreamDirectory()
    directory.influxDB2 = UpstreamDirectory2()
    try Scene.play(
      directory: directory,
      settings: {
        $0.upstreamToken = "canary-upstream-token-of-the-gateway"
        $0.logins = []
      },
      script: { connection in
        let request = try connection.readRequest()
        connection.answer(
          request.method == "POST" && request.path == "/write" ? "204 No Content" : "200 OK",
          request.method == "POST" && request.path == "/write" ? "" : "{\"results\":[{\"statement_id\":0}]}",
          fields: "Content-Type: application/json\r\n")
      }, body)
  }

  private static func token(_ scene: Scene, _ permissions: String...) throws -> String {
    let command = try scene.gatehouse.command(
      arguments: ["token", "create"] + permissions.flatMap { ["--permission", $0] })
    guard command.status == 0 else { throw HarnessFailure("token create: \(command.errors)") }
    scene.gatehouse.addCanary(command.line)
    return command.line
  }

  /// Waits until the server knows what the command line made.
  private static func await(_ token: String, _ client: RawClient) throws {
    for _ in 0..<2_000 {
      let answer = try client.exchange(
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n\r\n")
      if answer.status == 200 { return }
      usleep(5_000)
    }
    throw HarnessFailure("the token is not known")
  }

  private static func ask(_ step: Step, _ token: String, _ client: RawClient) throws -> HTTPAnswer {
    let body = step.method == "POST" ? "m v=1" : ""
    return try client.exchange(
      "\(step.method) \(step.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n"
        + (step.method == "POST" ? "Content-Length: \(body.utf8.count)\r\n" : "") + "\r\n\(body)")
  }

  @Test func resolvesWhatTheRecordedServerResolved() throws {
    try Self.play { scene in
      let token = try Self.token(scene, "read:buckets", "write:buckets")
      let client = try scene.connect()
      try Self.await(token, client)
      for step in try Self.steps("all-in: write") {
        let answer = try Self.ask(step, token, client)
        #expect(answer.status == step.status, "\(step.name): \(answer.status) \(answer.text)")
      }
      for step in try Self.steps("all-in: query") where step.hasData {
        let answer = try Self.ask(step, token, client)
        #expect(answer.status == 200, "\(step.name): \(answer.status) \(answer.text)")
      }
    }
  }

  @Test func permitsExactlyTheBucketsThatTheRecordedServerPermitted() throws {
    try Self.play { scene in
      let directory = UpstreamDirectory2()
      let token = try Self.token(
        scene, "read:buckets/\(directory.id(of: "metrics/weekly"))", "write:buckets/\(directory.id(of: "p2"))")
      let client = try scene.connect()
      try Self.await(token, client)
      let steps = try Self.steps("fine: write")
      #expect(steps.count == 19)
      for step in steps {
        let answer = try Self.ask(step, token, client)
        #expect((answer.status == 204) == (step.status == 204), "\(step.name): \(answer.status) \(answer.text)")
      }
      for step in try Self.steps("fine: query") where step.hasData {
        #expect(try Self.ask(step, token, client).status == 200, "\(step.name)")
      }
    }
  }

  @Test func showsTheUpstreamsOwnIdentifiers() throws {
    try Self.play { scene in
      let token = try Self.token(scene, "read:buckets", "read:orgs", "read:users")
      let client = try scene.connect()
      try Self.await(token, client)
      func get(_ path: String) throws -> String {
        try client.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n\r\n").text
      }
      #expect(try get("/api/v2/orgs").contains(UpstreamDirectory2.organization))
      #expect(try get("/api/v2/me").contains(UpstreamDirectory2.user))
      // The last of three pages.
      #expect(try get("/api/v2/buckets?name=p2").contains(UpstreamDirectory2().id(of: "p2")))
    }
  }
}
