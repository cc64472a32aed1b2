// What reaches over a whole database is decided by policies that were read after the request came, and a statement that
// changes them is answered once the directory knows of it.

import Foundation
import Testing

@Suite struct FreshDirectoryTests {
  private static let narrow: Login = {
    var login = Login.writer
    login.reads = ["metrics/autogen"]
    login.writes = ["metrics/autogen"]
    return login
  }()

  private static func play(
    _ databases: [(name: String, policies: [String])], logins: [Login] = [narrow],
    _ body: (Scene) throws -> Void
  ) throws {
    try Scene.play(
      directory: UpstreamDirectory(databases: databases), settings: { $0.logins = logins }, body)
  }

  private static func questions(_ scene: Scene) -> Int {
    scene.upstream.state.current.connections.filter { $0.isDirectory && $0.text.contains("/query?") }.count
  }

  @Test func reachesNoPolicyThatWasMadeAMomentAgo() throws {
    try Self.play([("metrics", ["autogen"])]) { scene in
      let client = try scene.connect()
      let statements = ["SHOW SERIES", "SHOW TAG VALUES WITH KEY = host", "DELETE FROM m", "DROP SERIES FROM m"]
      for statement in statements {
        let answer = try client.exchange(Request.query(statement, login: Self.narrow, method: "POST"))
        #expect(answer.status == 200, "\(statement): \(answer.text)")
      }
      #expect(scene.upstream.requests.count == statements.count)
      scene.upstream.setDirectory(UpstreamDirectory(databases: [("metrics", ["autogen", "other"])]))
      for statement in statements {
        let answer = try client.exchange(Request.query(statement, login: Self.narrow, method: "POST"))
        #expect(answer.status == 403, "\(statement): \(answer.status) \(answer.text)")
      }
      #expect(scene.upstream.requests.count == statements.count)
    }
  }

  @Test func asksForThatDatabaseAloneAndOnceForAllWhoWait() throws {
    let databases = [("metrics", ["autogen"])] + (0..<200).map { ("other\($0)", ["autogen"]) }
    try Self.play(databases) { scene in
      let before = Self.questions(scene)
      let clients = try (0..<40).map { _ in try scene.connect(tls: false) }
      for client in clients { client.send(Request.query("SHOW SERIES", login: Self.narrow)) }
      for client in clients { #expect(try client.readAnswer().status == 200) }
      let asked = Self.questions(scene) - before
      #expect((1...4).contains(asked), "\(asked) questions")
    }
  }

  @Test func saysUnavailableWhereItCannotAsk() throws {
    try Self.play([("metrics", ["autogen"])]) { scene in
      let client = try scene.connect()
      scene.upstream.stopListening()
      let answer = try client.exchange(Request.query("SHOW SERIES", login: Self.narrow))
      #expect(answer.status == 503 && answer["Retry-After"] != nil, "\(answer.status) \(answer.text)")
    }
  }

  /// Before: 3,333 questions for 11 requests.
  @Test func asksWhichDatabasesThereAreAndNoMore() throws {
    let missing = (0..<11).map { "missing\($0)" }
    var login = Login.writer
    login.writes = missing
    let named = login
    let databases = (0..<302).map { ("db\($0)", ["autogen"]) }
    try Self.play(databases, logins: [named, .reader]) { scene in
      let before = Self.questions(scene)
      let clients = try missing.map { _ in try scene.connect(tls: false) }
      for (client, name) in zip(clients, missing) {
        client.send(Request.write("cpu v=1", database: name, login: named))
      }
      for client in clients { #expect(try client.readAnswer().status == 404) }
      let asked = Self.questions(scene) - before
      #expect((1...4).contains(asked), "\(asked) questions")
      // A name that no permission of the caller's covers is not asked for.
      for name in ["db7", "nope"] {
        let answer = try clients[0].exchange(Request.query("SELECT v FROM m", database: name))
        #expect(answer.status == 403)
      }
      #expect(Self.questions(scene) - before == asked)
    }
  }

  @Test func findsADatabaseThatWasMadeAMomentAgo() throws {
    try Self.play([("metrics", ["autogen"])], logins: [.writer]) { scene in
      scene.upstream.setDirectory(UpstreamDirectory(databases: [("metrics", ["autogen"]), ("secret", ["autogen"])]))
      let answer = try scene.connect().exchange(Request.write("cpu v=1", database: "secret"))
      #expect(answer.status == 204)
    }
  }

  @Test func knowsWhatAStatementChangedOnceItIsAnswered() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse { $0.logins = [Self.narrow] }
    let client = try RawClient(gatehouse)
    let token = "Authorization: Token \(gatehouse.token)\r\n"
    func shown() throws -> Set<String> {
      let list = try client.exchange(
        "GET /api/v2/buckets?limit=100 HTTP/1.1\r\nHost: x\r\n\(token)\r\n")
      let object = try JSONSerialization.jsonObject(with: Data(list.body)) as? [String: Any]
      return Set((object?["buckets"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
    }
    let known = try shown()
    #expect(known.contains("metrics/autogen"))
    let changes: [(statement: String, added: Set<String>, removed: Set<String>)] = [
      ("CREATE RETENTION POLICY other ON metrics DURATION 1h REPLICATION 1", ["metrics/other"], []),
      ("DROP RETENTION POLICY other ON metrics", [], ["metrics/other"]),
      (
        "CREATE DATABASE fresh; CREATE RETENTION POLICY p ON fresh DURATION 1h REPLICATION 1",
        ["fresh/autogen", "fresh/p"], []
      ),
      ("DROP DATABASE fresh", [], ["fresh/autogen", "fresh/p"]),
    ]
    for (statement, added, removed) in changes {
      let answer = try client.exchange(
        Request.query(statement, database: nil, login: nil, fields: token, method: "POST"))
      #expect(answer.status == 200 && !answer.text.contains("error"), "\(statement): \(answer.text)")
      let now = try shown()
      #expect(now.isSuperset(of: added) && now.isDisjoint(with: removed), "\(statement): \(now)")
    }
    #expect(try shown() == known)
    // By the default policy from the next request on.
    #expect(try client.exchange(Request.query("SHOW SERIES", login: Self.narrow)).status == 200)
    _ = try client.exchange(
      Request.query(
        "CREATE RETENTION POLICY other ON metrics DURATION 1h REPLICATION 1 DEFAULT", database: nil, login: nil,
        fields: token, method: "POST"))
    #expect(try client.exchange(Request.write("m v=1", login: Self.narrow)).status == 403)
    #expect(try client.exchange(Request.query("SHOW SERIES", login: Self.narrow)).status == 403)
    gatehouse.stop()
  }
}
