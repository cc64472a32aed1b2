// An upstream that tells more than its reader may know: what reaches the client (issue 5, part 5).

import Foundation
import Testing

@Suite struct PolicyAnswerTests {
  private static func play(_ body: String, fields: String = "", login: Login = .reader, _ test: (Scene) throws -> Void)
    throws
  {
    try Scene.play(
      settings: { $0.logins = [login, .writer] },
      script: { connection in
        let request = try connection.readRequest()
        if request.path == "/write" { return connection.answer("204 No Content") }
        connection.answer("200 OK", body, fields: "Content-Type: application/json\r\n" + fields)
      }, test)
  }

  private static func series(_ name: String, _ columns: [String], _ rows: [[Any]]) throws -> String {
    let object: [String: Any] = ["name": name, "columns": columns, "values": rows]
    return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }

  @Test func showsOnlyQueriesOnWhatMayBeRead() throws {
    let rows: [[Any]] = [
      [1, "SELECT own FROM cpu", "metrics", "1s"], [2, "SELECT x1 FROM secret..vault", "metrics", "1s"],
      [3, "SELECT x2 FROM vault", "secret", "1s"], [4, "SELECT x3 FROM cpu", "", "1s"],
      [5, "not x4 a statement", "metrics", "1s"], [6, "SELECT own2 FROM autogen.cpu", "metrics", "1s"],
      [7, "DROP DATABASE x5", "metrics", "1s"], [8, "SHOW QUERIES", "metrics", "1s"],
      [9, "SELECT x6 INTO secret..copy FROM cpu", "metrics", "1s"], [10, "SHOW MEASUREMENTS ON x7", "metrics", "1s"],
      [11, "CREATE USER x8 WITH PASSWORD [REDACTED]", "metrics", "1s"], [12, "SHOW GRANTS FOR x9", "metrics", "1s"],
      [13, "SELECT x10 FROM weekly.cpu; SELECT v FROM secret..vault", "metrics", "1s"],
    ]
    let one = try Self.series("queries", ["qid", "query", "database", "duration"], rows)
    try Self.play("{\"results\":[{\"statement_id\":0,\"series\":[\(one)]}]}\n") { scene in
      for statement in ["SHOW QUERIES", "show queries"] {
        let answer = try scene.connect().exchange(Request.query(statement))
        #expect(answer.status == 200 && answer.text.contains("own") && answer.text.contains("own2"), "\(answer.text)")
        for number in 1...10 { #expect(!answer.text.contains("x\(number)"), "\(number): \(answer.text)") }
      }
    }
  }

  @Test func filtersEachStatementByItsPlace() throws {
    let databases = try Self.series("databases", ["name"], [["metrics"], ["secret"], ["_internal"]])
    let cqs =
      try Self.series(
        "metrics", ["name", "query"],
        [
          [
            "c",
            "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO metrics.autogen.x FROM metrics.autogen.cpu GROUP BY time(1m) END",
          ]
        ])
      + ","
      + Self.series(
        "secret", ["name", "query"],
        [
          [
            "deep",
            "CREATE CONTINUOUS QUERY deep ON secret BEGIN SELECT mean(v) INTO secret.autogen.x FROM secret.autogen.vault GROUP BY time(1m) END",
          ]
        ])
    let body = """
      {"results":[{"statement_id":0,"series":[{"name":"cpu","columns":["time","v"],"values":[[1,"secret"]]}]},\
      {"statement_id":1,"series":[\(databases)]},{"statement_id":2,"series":[\(cqs)]}]}

      """
    try Self.play(body) { scene in
      let answer = try scene.connect().exchange(
        Request.query("SELECT v FROM cpu; SHOW DATABASES; SHOW CONTINUOUS QUERIES"))
      #expect(answer.status == 200)
      let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
      let results = try #require(object?["results"] as? [[String: Any]])
      #expect(results.count == 3)
      #expect("\(results[0])".contains("secret"), "rows of the own measurement are whole")
      #expect(!"\(results[1])".contains("secret") && !"\(results[1])".contains("_internal"))
      #expect("\(results[2])".contains("c ON metrics") && !"\(results[2])".contains("secret"))
    }
  }

  /// Whatever the upstream makes of it, an answer that cannot be read is not handed on.
  @Test(arguments: [
    "{\"results\":", "[]", "", "databases\nsecret\n", "{\"results\":{}}", "{\"results\":[1,\"secret\"]}",
    "{\"results\":[{\"statement_id\":7,\"series\":[{\"name\":\"databases\",\"columns\":[\"name\"],\"values\":[[\"secret\"]]}]}]}",
    "{\"results\":[{\"statement_id\":0,\"series\":[\"secret\"]}]}",
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\",\"values\":[[\"secret\"]]}]}]}",
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\"],\"values\":[\"secret\"]}]}]}",
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\"],\"values\":[[{\"a\":\"secret\"}]]}]}]}",
    "{\"results\":[{\"statement_id\":0,\"messages\":[{\"text\":\"secret\"}],\"series\":{\"secret\":1}}]}",
    "{\"results\":[{\"statement_id\":0}],\"results\":[{\"series\":[{\"columns\":[\"name\"],\"values\":[[\"secret\"]]}]}]}",
    "{\"results\":[{\"statement_id\":0}],\"secret\":1}",
    "{\"results\":[{\"statement_id\":0,\"statement_id\":9,\"series\":[{\"columns\":[\"name\"],\"values\":[[\"secret\"]]}]}]}",
    "{\"results\":[{\"statement_id\":1.0,\"series\":[{\"columns\":[\"name\"],\"values\":[[\"secret\"]]}]}]}",
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"tags\":{\"secret\":\"x\"},\"columns\":[\"name\"],\"values\":[[\"secret\"]]}]}]}",
  ])
  func handsOnNothingThatItCannotRead(body: String) throws {
    try Self.play(body) { scene in
      let answer = try scene.connect().exchange(Request.query("SHOW DATABASES; SHOW QUERIES"))
      #expect(!answer.text.contains("secret"), "\(answer.status) \(answer.text)")
    }
  }

  @Test func asksForAnAnswerThatItCanRead() throws {
    let databases = try Self.series("databases", ["name"], [["metrics"], ["secret"]])
    try Self.play("{\"results\":[{\"statement_id\":0,\"series\":[\(databases)]},{\"statement_id\":1}]}") { scene in
      let answer = try scene.connect().exchange(
        Request.query(
          "SHOW DATABASES; SHOW QUERIES", parameters: "&chunked=true&chunk_size=1",
          fields: "Accept: application/csv\r\nAccept-Encoding: deflate\r\n"))
      #expect(answer.status == 200 && answer.text.contains("metrics") && !answer.text.contains("secret"))
      let seen = try #require(scene.upstream.completed.first)
      #expect(seen["Accept"] == nil && seen["Accept-Encoding"] == nil && seen.parameter("chunked").isEmpty)
    }
  }
}
