// Before a real influxd that holds two databases: by content, nothing of the second reaches a reader of the first (B5, rows 41 to 43).

import Foundation
import Testing

@Suite struct PolicyContentTests {
  /// Attempts at secret by each statement of the language that can name a database or leave it out; the first 30 are
  /// those that the real server lets through.
  static let attempts = [
    "SHOW SERIES FROM secret..vault", "SHOW SERIES FROM \"secret\".\"autogen\".\"vault\"",
    "SHOW SERIES ON metrics FROM secret..vault", "SHOW FIELD KEYS FROM secret..vault",
    "SHOW FIELD KEYS ON metrics FROM secret..vault", "SHOW TAG KEYS FROM secret..vault",
    "SHOW TAG VALUES FROM secret..vault WITH KEY = combo", "SHOW SERIES FROM secret../.*/",
    "SHOW FIELD KEYS FROM secret../.*/", "SHOW SERIES EXACT CARDINALITY ON secret",
    "SHOW SERIES EXACT CARDINALITY ON secret FROM vault", "SHOW SERIES EXACT CARDINALITY FROM secret..vault",
    "SHOW SERIES CARDINALITY ON secret", "SHOW MEASUREMENT EXACT CARDINALITY ON secret",
    "SHOW MEASUREMENT EXACT CARDINALITY ON secret FROM vault", "SHOW MEASUREMENT CARDINALITY ON secret",
    "SHOW TAG KEY CARDINALITY ON secret", "SHOW TAG KEY EXACT CARDINALITY ON secret",
    "SHOW TAG KEY CARDINALITY FROM secret..vault", "SHOW TAG VALUES CARDINALITY ON secret WITH KEY = combo",
    "SHOW TAG VALUES EXACT CARDINALITY ON secret WITH KEY = combo",
    "SHOW TAG VALUES CARDINALITY FROM secret..vault WITH KEY = combo", "SHOW FIELD KEY CARDINALITY ON secret",
    "SHOW FIELD KEY EXACT CARDINALITY ON secret", "SHOW FIELD KEY CARDINALITY FROM secret..vault",
    "SHOW CONTINUOUS QUERIES", "SHOW QUERIES", "SHOW MEASUREMENTS ON *.*", "SHOW MEASUREMENTS ON *",
    "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO metrics..x FROM secret..vault GROUP BY time(1m) END",

    "SELECT * FROM secret..vault", "SELECT * FROM secret.autogen.vault", "SELECT * FROM \"secret\".\"\".\"vault\"",
    "SELECT * FROM secret../.*/", "SELECT * FROM cpu, secret..vault", "SELECT * FROM /.*/, secret../v/",
    "SELECT * FROM (SELECT * FROM secret..vault)",
    "SELECT max(v) FROM (SELECT v FROM cpu), (SELECT v FROM secret..vault)",
    "SELECT * FROM cpu; SELECT * FROM secret..vault", "SHOW DATABASES; SHOW SERIES ON secret",
    "SELECT v INTO metrics..copy FROM secret..vault", "SELECT v INTO copy FROM secret..vault",
    "EXPLAIN SELECT * FROM secret..vault", "EXPLAIN ANALYZE SELECT * FROM secret..vault",
    "SHOW MEASUREMENTS ON secret", "SHOW MEASUREMENTS ON secret WITH MEASUREMENT = vault", "SHOW SERIES ON secret",
    "SHOW TAG KEYS ON secret", "SHOW TAG VALUES ON secret WITH KEY = combo", "SHOW FIELD KEYS ON secret",
    "SHOW RETENTION POLICIES ON secret", "SELECT * FROM/*x*/secret--y\n..vault", "SELECT * FROM \"sec\\ret\"..vault",
    "select*from secret..vault", "SELECT * FROM vault", "SHOW SERIES FROM vault", "SELECT * FROM autogen.vault",
    "SELECT * FROM secret.vault", "SHOW STATS", "SHOW DIAGNOSTICS", "SHOW SHARDS", "SHOW SHARD GROUPS",
    "SHOW SUBSCRIPTIONS", "SHOW USERS", "SHOW GRANTS FOR \"gatehouse\"",
  ]

  @Test func nothingOfSecretReachesReaderOfMetrics() throws {
    try PolicyStage.play { server, gatehouse in
      let plain = try RawClient(gatehouse)
      #expect(try plain.exchange(Request.query("SELECT * FROM cpu", login: PolicyStage.both)).text.contains("\"a\""))
      let before = try server.query("SHOW MEASUREMENTS ON metrics")
      for login in [PolicyStage.both, .mallory] {
        for statement in Self.attempts {
          for request in [
            Request.query(statement, login: login),
            Request.query(statement, database: nil, login: login),
            Request.query(statement, login: login, parameters: "&chunked=true&pretty=true&rp=autogen"),
            Request.form(
              "db=metrics&q=\(statement.percentEncoded)", target: "/query?db=secret&chunked=true", login: login),
          ] {
            let answer = try plain.exchange(request)
            PolicyStage.expectNothing(of: PolicyStage.marks + ["secret"], in: answer, to: statement)
          }
          let elsewhere = try plain.exchange(Request.query(statement, database: "secret", login: login))
          PolicyStage.expectNothing(of: PolicyStage.marks + ["secret"], in: elsewhere, to: statement)
        }
      }
      #expect(try server.query("SHOW MEASUREMENTS ON metrics") == before)
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("CREATE"))
    }
  }

  @Test func boundParametersNameNothingOfSecret() throws {
    try PolicyStage.play { _, gatehouse in
      let client = try RawClient(gatehouse)
      for (statement, parameters) in [
        ("SELECT * FROM $d..vault", #"{"d":{"identifier":"secret"}}"#),
        ("SHOW SERIES ON $d", #"{"d":{"ident":"secret"}}"#),
        ("SELECT * FROM $d.autogen.$m", #"{"d":{"identifier":"secret"},"m":{"identifier":"vault"}}"#),
        ("SELECT * FROM secret..$m", #"{"m":{"regex":".*"}}"#), ("SELECT * FROM $m", #"{"m":{"identifier":"vault"}}"#),
        ("SELECT * FROM $m", #"{"m":{"identifier":"secret\"..\"vault"}}"#),
        ("SELECT * FROM cpu WHERE v = $x", #"{"x":"1; SELECT * FROM secret..vault"}"#),
        ("SELECT * FROM cpu WHERE host = $x", #"{"x":"a' OR 1=1; SELECT * FROM secret..vault --"}"#),
      ] {
        for request in [
          Request.query(statement, login: PolicyStage.both, parameters: "&params=\(parameters.percentEncoded)"),
          Request.form(
            "q=\(statement.percentEncoded)&params=\(parameters.percentEncoded)", target: "/query?db=metrics",
            login: PolicyStage.both),
        ] {
          PolicyStage.expectNothing(of: ["combo", "lock", "424242"], in: try client.exchange(request), to: parameters)
        }
      }
      let typed = try client.exchange(
        Request.query(
          "SELECT * FROM $m WHERE host = $h AND v = $n AND time > now() - $d", login: PolicyStage.both,
          parameters: "&params="
            + #"{"m":{"identifier":"cpu"},"h":{"string":"a"},"n":{"integer":1},"d":{"duration":"1h"}}"#.percentEncoded))
      #expect(typed.status == 200 && typed.text.contains("\"cpu\""), "\(typed.status) \(typed.text)")
    }
  }

  /// A bound regular expression whose last byte is a backslash would take the closing slash into itself, and what follows
  /// up to the next one.
  @Test func boundRegexesDoNotLetOutWhatFollows() throws {
    try PolicyStage.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      for pattern in [#"a\\\\"#, #"\\Qa\\"#, #"\\Q\\E\\\\"#] {
        for statement in [
          "SELECT v FROM cpu WHERE host =~ $r OR host = 'x/; SELECT * FROM secret..vault --'",
          #"SELECT v FROM $r, "x/, secret..vault WHERE v > 0 --""#,
          "SHOW TAG VALUES WITH KEY =~ $r WHERE host = 'x/; SELECT v INTO secret..stolen FROM metrics..cpu --'",
          "SELECT v FROM cpu WHERE host =~ $r OR host = 'x/; DROP DATABASE secret --'",
        ] {
          let parameters = "&params=" + #"{"r":{"regex":"\#(pattern)"}}"#.percentEncoded
          let answers = try [
            Request.query(statement, login: PolicyStage.both, parameters: parameters),
            Request.form("db=metrics&q=\(statement.percentEncoded)\(parameters)", login: PolicyStage.both),
          ].map(client.exchange)
          for answer in answers { #expect(answer.status == 400, "\(statement): \(answer.status) \(answer.text)") }
        }
      }
      #expect(try !server.query("SHOW MEASUREMENTS ON secret").contains("stolen"))
    }
  }

  /// A client that is told of a bad gateway would send such a write again for ever.
  @Test func aWriteWithControlCharactersIsRefusedAsInfluxDBRefusesIt() throws {
    try PolicyStage.play { _, gatehouse in
      let client = try RawClient(gatehouse)
      for line in ["bad\u{01}line", "bad\u{0c}line\ncpu v=1", "a\u{7f}", "n\u{00} v=x", "b\u{1b} v=x"] {
        let answer = try client.exchange(Request.write(line, login: PolicyStage.both))
        #expect(answer.status == 400 && answer.text.contains("unable to parse"), "\(answer.status) \(answer.text)")
        #expect(try client.exchange(Request.write("cpu v=1", login: PolicyStage.both)).status == 204)
      }
    }
  }

  @Test func continuousQueriesAreMadeAndShownWithinWhatMayBeRead() throws {
    try PolicyStage.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      func create(_ name: String, on database: String, into: String, from: String) -> String {
        "CREATE CONTINUOUS QUERY \(name) ON \(database) BEGIN SELECT mean(v) INTO \(into) FROM \(from) GROUP BY time(1m) END"
      }
      for (statement, login) in [
        (create("a", on: "metrics", into: "metrics..x", from: "secret..vault"), PolicyStage.both),
        (create("a", on: "secret", into: "metrics..x", from: "secret..vault"), PolicyStage.both),
        (create("a", on: "secret", into: "x", from: "cpu"), PolicyStage.both),
        (create("a", on: "metrics", into: "secret..x", from: "cpu"), PolicyStage.both),
        (create("a", on: "metrics", into: "x", from: "(SELECT v FROM secret..vault)"), PolicyStage.both),
        (create("a", on: "metrics", into: "x", from: "cpu"), Login.mallory),
      ] {
        let answer = try client.exchange(Request.query(statement, login: login))
        #expect(answer.status == 403, "\(statement): \(answer.status) \(answer.text)")
      }
      // What names no database is looked for in the request's, not in the one behind ON.
      for (statement, database, status) in [
        (create("b", on: "metrics", into: "metrics..x", from: "vault"), "secret", 403),
        (create("b", on: "metrics", into: "x", from: "vault"), "secret", 403),
        (create("b", on: "metrics", into: "metrics..x", from: "(SELECT v FROM vault)"), "secret", 403),
        (create("b", on: "metrics", into: "metrics..x", from: "/.*/"), "secret", 403),
        (create("b", on: "metrics", into: "x", from: "metrics..cpu"), "secret", 403),
        (create("fine", on: "metrics", into: "metrics..x", from: "metrics..cpu"), "secret", 200),
        (create("too", on: "metrics", into: "x", from: "cpu"), nil, 200),
      ] as [(String, String?, Int)] {
        let answer = try client.exchange(Request.query(statement, database: database, login: PolicyStage.both))
        #expect(answer.status == status, "\(statement): \(answer.status) \(answer.text)")
      }
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("vault"))
      // Writes secret, as the writer may: what it reads of metrics may be copied there.
      for (statement, login) in [
        (create("mine", on: "metrics", into: "x", from: "cpu"), PolicyStage.both),
        (create("out", on: "metrics", into: "secret..x", from: "cpu"), Login.writer),
      ] {
        let answer = try client.exchange(Request.query(statement, login: login))
        #expect(answer.status == 200 && !answer.text.contains("error"), "\(statement): \(answer.text)")
      }
      try server.query(create("inward", on: "metrics", into: "metrics..x", from: "secret..vault"))
      try server.query(create("deep", on: "secret", into: "secret..x", from: "secret..vault"))
      for statement in [
        "SHOW CONTINUOUS QUERIES", "SHOW DATABASES; SHOW CONTINUOUS QUERIES; SELECT v FROM cpu",
        "SHOW CONTINUOUS QUERIES; SHOW CONTINUOUS QUERIES",
      ] {
        let answer = try client.exchange(Request.query(statement, login: PolicyStage.both))
        // What goes out of metrics is its readers' to know.
        #expect(
          answer.status == 200 && answer.text.contains("mine") && answer.text.contains("QUERY out"), "\(answer.text)")
        PolicyStage.expectNothing(of: ["vault", "inward", "deep"], in: answer, to: statement)
      }
      #expect(
        try client.exchange(Request.query("DROP CONTINUOUS QUERY deep ON secret", login: PolicyStage.both)).status
          == 403)
      let dropped = try client.exchange(Request.query("DROP CONTINUOUS QUERY mine ON metrics", login: PolicyStage.both))
      #expect(dropped.status == 200)
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("mine"))
    }
  }

}
