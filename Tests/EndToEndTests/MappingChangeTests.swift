// A mapping that moves between the decision and the upstream's reading changes nothing: what was decided is pinned (security row 45).

import Testing

@Suite struct MappingChangeTests {
  @Test func defaultThatChangesIsNeverWhatRuns() throws {
    var narrow = Login.writer
    (narrow.reads, narrow.writes) = (["metrics/autogen"], ["metrics/autogen"])
    let login = narrow
    try Scene.play(settings: {
      $0.logins = [login]
      $0.tables["directory"] = ["refresh = \"1s\""]
    }) { scene in
      let client = try scene.connect()
      func ask() throws -> [Int] {
        try [
          client.exchange(Request.write("cpu v=1", login: login)).status,
          client.exchange(Request.query("SELECT v FROM cpu", login: login)).status,
          client.exchange(Request.form("db=metrics&q=SELECT+v+FROM+cpu", login: login)).status,
        ]
      }
      #expect(try ask() == [204, 200, 200])
      scene.upstream.setDirectory(
        UpstreamDirectory(databases: [("metrics", ["weekly", "autogen"]), ("secret", ["autogen"])]))
      // Until the change is known, what runs is what was decided; from then on it is refused.
      var statuses: [Int] = []
      for _ in 0..<20_000 {
        statuses = try ask()
        if statuses == [403, 403, 403] { break }
      }
      #expect(statuses == [403, 403, 403])
      for request in scene.upstream.completed {
        #expect(request.parameter("rp") == ["autogen"], "\(request.head)\(request.text)")
      }
      // Named, it is the client's to say.
      let named = try client.exchange(Request.write("cpu v=1", database: "metrics&rp=autogen", login: login))
      #expect(named.status == 204)
    }
  }

  @Test(arguments: [
    "SELECT v FROM cpu; SHOW DATABASES", "EXPLAIN ANALYZE SELECT v FROM cpu",
    "SHOW DATABASES; SELECT v FROM metrics..cpu",
    "SELECT mean(v) FROM (SELECT v FROM cpu), other..cpu", "SHOW FIELD KEYS FROM cpu",
    "SELECT v INTO metrics..sum FROM cpu, other..cpu",
  ])
  func namesTheDefaultThatWasDecidedOn(statement: String) throws {
    var narrow = Login.writer
    narrow.reads = ["metrics/autogen", "other/first"]
    narrow.writes = ["metrics/autogen"]
    let login = narrow
    try Scene.play(
      directory: UpstreamDirectory(databases: [("metrics", ["autogen", "weekly"]), ("other", ["first", "second"])]),
      settings: { $0.logins = [login] }
    ) { scene in
      let answer = try scene.connect().exchange(
        Request.form("db=metrics&q=\(statement.percentEncoded)", login: login))
      let seen = try #require(scene.upstream.completed.first, "\(answer.status) \(answer.text)")
      let text = try #require(seen.parameter("q").first)
      let named = text.replacing("other.first.cpu", with: "").replacing("metrics.autogen.", with: "autogen.")
      #expect(seen.parameter("rp") == ["autogen"] || named.contains("autogen.cpu"), "\(seen.text)")
      #expect(!named.contains("other") && !named.contains(".."), "\(text)")
    }
  }
}
