// What gatehouse knows of the upstream's databases, and what it does while it cannot ask.

import Foundation
import Glibc
import Testing

@Suite struct DirectoryTests {
  /// Asks again until the answer is as wanted or ten seconds are over: the directory is refreshed at intervals.
  private static func await(_ status: Int, _ client: RawClient, _ request: String) throws -> Int {
    var last = 0
    for _ in 0..<100 {
      last = try client.exchange(request).status
      if last == status { break }
      usleep(100_000)
    }
    return last
  }

  @Test func answersUnknownNamesAsRecorded() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let database = try client.exchange(Request.write("cpu v=1", database: "nope"))
      #expect(database.status == 404 && database.error == "database not found: \"nope\"")
      let policy = try client.exchange(Request.write("cpu v=1", database: "metrics&rp=nope"))
      #expect(policy.status == 500 && policy.error == "retention policy not found: nope")
      let query = try client.exchange(Request.query("SELECT v FROM cpu", database: "nope"))
      #expect(query.status == 403)
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test func asksAtMostOncePerSecondForUnknownNames() throws {
    try Scene.play { scene in
      let before = scene.upstream.state.current.connections.count
      let clients = try (0..<50).map { _ in try scene.connect(tls: false) }
      for (index, client) in clients.enumerated() { client.send(Request.write("cpu v=1", database: "nope\(index)")) }
      for client in clients { #expect(try client.readAnswer().status == 404) }
      // Five questions a round at most: ping, databases, and the policies of each.
      #expect(scene.upstream.state.current.connections.count - before < 30)
    }
  }

  /// May also write what is not there: for names that no permission covers nobody is asked.
  private static let hopeful: Login = {
    var login = Login.writer
    login.writes += ["nope"] + (0..<4).map { "nope\($0)" }
    return login
  }()

  @Test func goesOnWithWhatItKnowsWhileTheUpstreamIsAway() throws {
    try Scene.play(settings: { $0.logins = [.reader, Self.hopeful] }) { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      scene.upstream.stopListening()
      let unknown = try client.exchange(Request.write("cpu v=1", database: "nope"))
      #expect(unknown.status == 503, "\(unknown.status) \(unknown.text)")
      #expect(unknown["Retry-After"] != nil)
      let denied = try client.exchange(Request.write("cpu v=1", login: .reader))
      #expect(denied.status == 403)
      // The kept connection is still there, a new one is not to be had.
      #expect([204, 502].contains(try client.exchange(Request.write("cpu v=2")).status))
    }
  }

  @Test func neverRevivesPermissionsByIdOfDroppedDatabase() throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.tables["directory"] = ["refresh = \"1s\""]
    }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let client = try scene.connect()
      let list = try client.exchange(
        "GET /api/v2/buckets?name=secret%2Fautogen HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n"
      )
      let object = try JSONSerialization.jsonObject(with: Data(list.body)) as? [String: Any]
      let bucket = try #require((object?["buckets"] as? [[String: Any]])?.first?["id"] as? String)
      var creation = management.creation("by-id", reads: [], writes: [], description: "")
      creation["permissions"] = [
        [
          "action": "write",
          "resource": ["type": "buckets", "orgID": management.organization, "id": bucket] as [String: Any],
        ] as [String: Any]
      ]
      let made = try management.call("POST", "", creation)
      #expect(made.status == 201, "\(made.text)")
      let id = try #require(
        (try JSONSerialization.jsonObject(with: Data(made.body)) as? [String: Any])?["id"] as? String)
      try management.setPassword(id, "canary-by-id-1")
      let login = Login(name: "by-id", password: "canary-by-id-1", hash: "")
      let request = Request.write("cpu v=1", database: "secret", login: login)
      #expect(try client.exchange(request).status == 204)
      scene.upstream.setDirectory(UpstreamDirectory(databases: [("metrics", ["autogen"])]))
      #expect(try Self.await(404, client, request) == 404)
      scene.upstream.setDirectory(UpstreamDirectory())
      #expect(try Self.await(403, client, request) == 403)
      // A permission by name follows the name.
      #expect(try client.exchange(Request.write("cpu v=1", database: "secret")).status == 204)
    }
  }

  /// A refresh every 30 s must not cost a descriptor or a page each, for years.
  @Test func losesNoDescriptorsToRefreshes() throws {
    try Scene.play(settings: {
      $0.tables["directory"] = ["refresh = \"1s\""]
      $0.logins = [Self.hopeful]
    }) { scene in
      try Self.expectSteadyRefreshes(scene.gatehouse) { scene.upstream.state.current.connections.count }
    }
  }

  @Test func losesNoDescriptorsToRefreshesOfInfluxd() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse {
      $0.tables["directory"] = ["refresh = \"1s\""]
      $0.logins = [Self.hopeful]
    }
    try Self.expectSteadyRefreshes(gatehouse) { nil }
    gatehouse.stop()
  }

  private static func expectSteadyRefreshes(_ gatehouse: GatehouseProcess, _ questions: () -> Int?) throws {
    let (descriptors, memory, asked) = (try gatehouse.descriptorCount(), try gatehouse.memory("VmRSS"), questions())
    // Each unknown name asks once more; four of them, one after the other, are four refreshes.
    let client = try RawClient(gatehouse)
    for index in 0..<4 {
      #expect(try client.exchange(Request.write("cpu v=1", database: "nope\(index)")).status == 404)
    }
    if let asked { #expect((questions() ?? 0) > asked) }
    #expect(try gatehouse.descriptorCount() <= descriptors + 4)
    try gatehouse.expectMemory("VmRSS", within: 4 * 1_024, of: memory)
  }

  @Test func takesNamesAsTheyAre() throws {
    let odd = ["we\"ird", "ünï", "a b", "per%cent", "plus+plus", "and&and", "dot.dot", "metrics2"]
    let directory = UpstreamDirectory(databases: odd.map { ($0.replacing("\"", with: ""), ["autogen"]) })
    var login = Login.writer
    login.reads = ["ünï"]
    login.writes = directory.databases.map(\.name)
    let all = login
    try Scene.play(directory: directory, settings: { $0.logins = [all] }) { scene in
      let client = try scene.connect()
      for name in directory.databases.map(\.name) {
        let answer = try client.exchange(Request.write("cpu v=1", database: name.percentEncoded, login: all))
        #expect(answer.status == 204, "\(name): \(answer.status) \(answer.text)")
        #expect(scene.upstream.completed.last?.parameter("db") == [name])
      }
      // Canonically equivalent is not the same name.
      #expect(
        try client.exchange(Request.write("cpu v=1", database: "u\u{308}ni\u{308}".percentEncoded, login: all)).status
          == 404)
      #expect(
        try client.exchange(
          Request.query("SELECT v FROM cpu", database: "u\u{308}ni\u{308}".percentEncoded, login: all)
        ).status == 403)
      #expect(try client.exchange(Request.query("SELECT v FROM \"ünï\"..cpu", database: nil, login: all)).status == 200)
    }
  }
}
