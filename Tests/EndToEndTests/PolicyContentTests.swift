// Before a real influxd that holds two databases: by content, nothing of the second reaches a reader of the first (B5, rows 41 to 43).

import Foundation
import Testing

@Suite struct PolicyContentTests {
  /// Reads and writes metrics, and nothing else.
  private static let both: Login = {
    var login = Login.reader
    login.writes = ["metrics"]
    return login
  }()

  /// What stands in secret alone.
  private static let marks = ["vault", "combo", "lock", "424242", "hidden"]

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

  /// A stage with a policy `hidden` on secret and a point in metrics.
  private static func play(
    _ configure: @escaping (inout GatehouseSettings) -> Void = { _ in },
    _ body: (InfluxdServer, GatehouseProcess) throws -> Void
  ) throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.query("CREATE RETENTION POLICY hidden ON secret DURATION 1d REPLICATION 1")
    try server.query("CREATE RETENTION POLICY weekly ON metrics DURATION 7d REPLICATION 1")
    try server.write("cpu,host=a v=1", database: "metrics")
    let gatehouse = try server.gatehouse {
      $0.logins = [both, .writer, .mallory]
      configure(&$0)
    }
    do { try body(server, gatehouse) } catch { Issue.record("\(error)\nevents: \(gatehouse.eventLog.suffix(1_500))") }
    gatehouse.stop()
  }

  private static func expectNothing(of marks: [String], in answer: HTTPAnswer, to statement: String) {
    if answer.status != 200 {
      #expect([400, 403].contains(answer.status), "\(statement): \(answer.status) \(answer.text)")
      #expect(!answer.text.contains("results"), "\(statement): \(answer.text)")
      return
    }
    // A name that the client gave itself comes back.
    if answer.text.contains("retention policy not found: secret") { return }
    for mark in marks { #expect(!answer.text.contains(mark), "\(statement): \(answer.text)") }
  }

  @Test func nothingOfSecretReachesReaderOfMetrics() throws {
    try Self.play { server, gatehouse in
      let plain = try RawClient(gatehouse)
      #expect(try plain.exchange(Request.query("SELECT * FROM cpu", login: Self.both)).text.contains("\"a\""))
      let before = try server.query("SHOW MEASUREMENTS ON metrics")
      for login in [Self.both, .mallory] {
        for statement in Self.attempts {
          for request in [
            Request.query(statement, login: login),
            Request.query(statement, database: nil, login: login),
            Request.query(statement, login: login, parameters: "&chunked=true&pretty=true&rp=autogen"),
            Request.form(
              "db=metrics&q=\(statement.percentEncoded)", target: "/query?db=secret&chunked=true", login: login),
          ] {
            let answer = try plain.exchange(request)
            Self.expectNothing(of: Self.marks + ["secret"], in: answer, to: statement)
          }
          let elsewhere = try plain.exchange(Request.query(statement, database: "secret", login: login))
          Self.expectNothing(of: Self.marks + ["secret"], in: elsewhere, to: statement)
        }
      }
      #expect(try server.query("SHOW MEASUREMENTS ON metrics") == before)
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("CREATE"))
    }
  }

  @Test func boundParametersNameNothingOfSecret() throws {
    try Self.play { _, gatehouse in
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
          Request.query(statement, login: Self.both, parameters: "&params=\(parameters.percentEncoded)"),
          Request.form(
            "q=\(statement.percentEncoded)&params=\(parameters.percentEncoded)", target: "/query?db=metrics",
            login: Self.both),
        ] {
          Self.expectNothing(of: ["combo", "lock", "424242"], in: try client.exchange(request), to: parameters)
        }
      }
      let typed = try client.exchange(
        Request.query(
          "SELECT * FROM $m WHERE host = $h AND v = $n AND time > now() - $d", login: Self.both,
          parameters: "&params="
            + #"{"m":{"identifier":"cpu"},"h":{"string":"a"},"n":{"integer":1},"d":{"duration":"1h"}}"#.percentEncoded))
      #expect(typed.status == 200 && typed.text.contains("\"cpu\""), "\(typed.status) \(typed.text)")
    }
  }

  /// A bound regular expression whose last byte is a backslash would take the closing slash into itself, and what follows
  /// up to the next one.
  @Test func boundRegexesDoNotLetOutWhatFollows() throws {
    try Self.play { server, gatehouse in
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
            Request.query(statement, login: Self.both, parameters: parameters),
            Request.form("db=metrics&q=\(statement.percentEncoded)\(parameters)", login: Self.both),
          ].map(client.exchange)
          for answer in answers { #expect(answer.status == 400, "\(statement): \(answer.status) \(answer.text)") }
        }
      }
      #expect(try !server.query("SHOW MEASUREMENTS ON secret").contains("stolen"))
    }
  }

  /// A client that is told of a bad gateway would send such a write again for ever.
  @Test func aWriteWithControlCharactersIsRefusedAsInfluxDBRefusesIt() throws {
    try Self.play { _, gatehouse in
      let client = try RawClient(gatehouse)
      for line in ["bad\u{01}line", "bad\u{0c}line\ncpu v=1", "a\u{7f}", "n\u{00} v=x", "b\u{1b} v=x"] {
        let answer = try client.exchange(Request.write(line, login: Self.both))
        #expect(answer.status == 400 && answer.text.contains("unable to parse"), "\(answer.status) \(answer.text)")
        #expect(try client.exchange(Request.write("cpu v=1", login: Self.both)).status == 204)
      }
    }
  }

  @Test func continuousQueriesAreMadeAndShownWithinWhatMayBeRead() throws {
    try Self.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      func create(_ name: String, on database: String, into: String, from: String) -> String {
        "CREATE CONTINUOUS QUERY \(name) ON \(database) BEGIN SELECT mean(v) INTO \(into) FROM \(from) GROUP BY time(1m) END"
      }
      for (statement, login) in [
        (create("a", on: "metrics", into: "metrics..x", from: "secret..vault"), Self.both),
        (create("a", on: "secret", into: "metrics..x", from: "secret..vault"), Self.both),
        (create("a", on: "secret", into: "x", from: "cpu"), Self.both),
        (create("a", on: "metrics", into: "secret..x", from: "cpu"), Self.both),
        (create("a", on: "metrics", into: "x", from: "(SELECT v FROM secret..vault)"), Self.both),
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
        let answer = try client.exchange(Request.query(statement, database: database, login: Self.both))
        #expect(answer.status == status, "\(statement): \(answer.status) \(answer.text)")
      }
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("vault"))
      // Writes secret, as the writer may: what it reads of metrics may be copied there.
      for (statement, login) in [
        (create("mine", on: "metrics", into: "x", from: "cpu"), Self.both),
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
        let answer = try client.exchange(Request.query(statement, login: Self.both))
        // What goes out of metrics is its readers' to know.
        #expect(
          answer.status == 200 && answer.text.contains("mine") && answer.text.contains("QUERY out"), "\(answer.text)")
        Self.expectNothing(of: ["vault", "inward", "deep"], in: answer, to: statement)
      }
      #expect(
        try client.exchange(Request.query("DROP CONTINUOUS QUERY deep ON secret", login: Self.both)).status == 403)
      let dropped = try client.exchange(Request.query("DROP CONTINUOUS QUERY mine ON metrics", login: Self.both))
      #expect(dropped.status == 200)
      #expect(try !server.query("SHOW CONTINUOUS QUERIES").contains("mine"))
    }
  }

  @Test func showsOfTheServerOnlyWhatMayBeKnown() throws {
    try Self.play { _, gatehouse in
      let client = try RawClient(gatehouse)
      for statement in [
        "SHOW DATABASES", "SHOW DATABASES; SHOW DATABASES", "SELECT v FROM cpu; show databases",
        "SHOW RETENTION POLICIES; SHOW DATABASES; SHOW QUERIES",
      ] {
        let answer = try client.exchange(Request.query(statement, login: Self.both))
        #expect(answer.status == 200 && answer.text.contains("\"metrics\""), "\(statement): \(answer.text)")
        Self.expectNothing(of: ["secret", "_internal", "hidden"], in: answer, to: statement)
      }
      let policies = try client.exchange(Request.query("SHOW RETENTION POLICIES ON metrics", login: Self.both))
      #expect(policies.text.contains("autogen") && policies.text.contains("weekly"))
      let nothing = try client.exchange(Request.query("SHOW DATABASES; SHOW DATABASES", login: .mallory))
      Self.expectNothing(of: ["secret", "\"metrics\"", "_internal"], in: nothing, to: "SHOW DATABASES")
    }
  }

  @Test func readersChangeNothing() throws {
    let reader = Login.reader
    try Self.play({ $0.logins = [reader, .mallory] }) { server, gatehouse in
      let client = try RawClient(gatehouse)
      let state = try server.query("SHOW SERIES ON metrics") + server.query("SHOW RETENTION POLICIES ON metrics")
      for statement in [
        "DELETE FROM cpu", "DELETE WHERE time < now()", "DELETE FROM \"cpu\" WHERE host = 'a'", "DROP SERIES FROM cpu",
        "DROP SERIES WHERE host = 'a'", "DROP MEASUREMENT cpu", "SELECT v INTO copy FROM cpu",
        "SELECT v INTO metrics.weekly.copy FROM cpu", "SELECT v INTO metrics..:MEASUREMENT FROM /.*/",
        "SELECT v FROM cpu; DROP SERIES FROM cpu", "EXPLAIN ANALYZE SELECT v INTO copy FROM cpu",
        "SELECT v FROM (SELECT v INTO copy FROM cpu)", "DROP RETENTION POLICY weekly ON metrics",
        "ALTER RETENTION POLICY weekly ON metrics DEFAULT", "DROP DATABASE metrics", "CREATE DATABASE more",
        "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO x FROM cpu GROUP BY time(1m) END",
        "DROP SHARD 1",
        "CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL 'udp://127.0.0.1:9'", "KILL QUERY 1",
      ] {
        for login in [reader, .mallory] {
          for request in [
            Request.query(statement, login: login),
            Request.form("q=\(statement.percentEncoded)&db=metrics", login: login),
          ] {
            let answer = try client.exchange(request)
            #expect([400, 403].contains(answer.status), "\(statement): \(answer.status) \(answer.text)")
          }
        }
      }
      let after = try server.query("SHOW SERIES ON metrics") + server.query("SHOW RETENTION POLICIES ON metrics")
      #expect(after == state)
      #expect(try !server.query("SHOW DATABASES").contains("more"))
    }
  }

  @Test func writersChangeTheirDatabaseAlone() throws {
    try Self.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      func expect(_ status: Int, _ statement: String) throws {
        let answer = try client.exchange(Request.query(statement, login: Self.both))
        #expect(answer.status == status, "\(statement): \(answer.status) \(answer.text)")
        if status == 200 { #expect(!answer.text.contains("error"), "\(statement): \(answer.text)") }
      }
      try expect(200, "SELECT v INTO metrics.weekly.copy FROM cpu")
      #expect(try server.query("SELECT * FROM metrics.weekly.copy").contains("copy"))
      try expect(200, "SELECT v INTO gone FROM cpu")
      try expect(200, "DELETE FROM gone")
      #expect(try !server.query("SHOW SERIES ON metrics").contains("gone"))
      for statement in ["DROP MEASUREMENT cpu", "DROP DATABASE metrics", "DROP RETENTION POLICY weekly ON metrics"] {
        try expect(403, statement)
      }
      #expect(
        try client.exchange(Request.query("DELETE FROM vault", database: "secret", login: Self.both)).status == 403)
      try expect(200, "DROP SERIES FROM cpu")
      #expect(try !server.query("SHOW SERIES ON metrics").contains("cpu"))
      #expect(try server.query("SELECT * FROM secret..vault").contains("424242"))
    }
  }

  @Test func readerOfOnePolicyLearnsNothingOfTheOthers() throws {
    var narrow = Login.reader
    (narrow.reads, narrow.writes) = (["metrics/weekly"], ["metrics/weekly"])
    let login = narrow
    try Self.play({ $0.logins = [login] }) { server, gatehouse in
      try server.write("vault,combo=lock v=424242", database: "metrics")
      try server.write("mine,combo=open v=7", database: "metrics&rp=weekly")
      try server.write("vault,other=o w=9", database: "metrics&rp=weekly")
      let client = try RawClient(gatehouse)
      #expect(try client.exchange(Request.query("SELECT * FROM weekly.mine", login: login)).text.contains("open"))
      for statement in [
        "SELECT * FROM vault", "SELECT * FROM weekly.vault", "SELECT * FROM autogen.vault",
        "SELECT * FROM metrics..vault",
        "SELECT * FROM /.*/", "SELECT * FROM weekly./.*/", "SHOW SERIES", "SHOW SERIES FROM weekly.vault",
        "SHOW SERIES FROM weekly./.*/", "SHOW FIELD KEYS", "SHOW FIELD KEYS FROM weekly.vault", "SHOW MEASUREMENTS",
        "SHOW TAG KEYS", "SHOW TAG KEYS FROM weekly.vault", "SHOW TAG VALUES WITH KEY = combo",
        "SHOW TAG VALUES FROM weekly.vault WITH KEY = combo", "SHOW TAG VALUES FROM weekly./.*/ WITH KEY = combo",
        "SHOW TAG VALUES ON metrics WITH KEY IN (combo)", "SHOW MEASUREMENTS WITH MEASUREMENT =~ /.*/",
        "SHOW SERIES EXACT CARDINALITY", "SHOW TAG VALUES EXACT CARDINALITY FROM weekly.vault WITH KEY = combo",
        "SELECT * FROM weekly.vault, vault", "SELECT * FROM (SELECT * FROM vault)",
        "SELECT v INTO weekly.copy FROM vault",
      ] {
        for parameters in ["", "&rp=weekly", "&rp=autogen"] {
          let answer = try client.exchange(Request.query(statement, login: login, parameters: parameters))
          Self.expectNothing(of: ["lock", "424242"], in: answer, to: statement + parameters)
        }
      }
      for statement in ["SHOW RETENTION POLICIES", "SHOW RETENTION POLICIES; SHOW RETENTION POLICIES ON metrics"] {
        let answer = try client.exchange(Request.query(statement, login: login))
        #expect(answer.text.contains("weekly") && !answer.text.contains("autogen"), "\(answer.text)")
      }
      for statement in ["DELETE FROM vault", "DROP SERIES FROM vault", "SELECT w INTO copy FROM weekly.vault"] {
        #expect(try client.exchange(Request.query(statement, login: login)).status == 403, "\(statement)")
      }
      #expect(try server.query("SELECT * FROM metrics.autogen.vault").contains("424242"))
    }
  }

  @Test func operatorsAdminister() throws {
    try Self.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      let field = "Authorization: Token \(gatehouse.token)\r\n"
      func run(_ statement: String, database: String? = nil) throws -> HTTPAnswer {
        let answer = try client.exchange(
          Request.form(
            "q=\(statement.percentEncoded)" + (database.map { "&db=\($0)" } ?? ""), login: nil, fields: field))
        #expect(answer.status == 200 && !answer.text.contains("\"error\""), "\(statement): \(answer.text)")
        return answer
      }
      _ = try run("CREATE DATABASE more")
      #expect(try run("SHOW DATABASES").text.contains("more"))
      _ = try run("CREATE RETENTION POLICY p ON more DURATION 1d REPLICATION 1 DEFAULT")
      #expect(try run("SHOW RETENTION POLICIES ON more").text.contains("\"p\""))
      #expect(try run("SELECT * FROM secret..vault").text.contains("424242"))
      try server.query(
        "CREATE CONTINUOUS QUERY c ON secret BEGIN SELECT mean(v) INTO x FROM vault GROUP BY time(1m) END")
      #expect(try run("SHOW CONTINUOUS QUERIES").text.contains("vault"))
      #expect(try run("SHOW QUERIES; SHOW DATABASES").text.contains("SHOW QUERIES"))
      for statement in [
        "SHOW STATS", "SHOW DIAGNOSTICS", "SHOW SHARDS", "SHOW SUBSCRIPTIONS", "SHOW MEASUREMENTS ON secret",
      ] {
        _ = try run(statement, database: "metrics")
      }
      _ = try run("DROP MEASUREMENT cpu", database: "metrics")
      #expect(try !server.query("SHOW MEASUREMENTS ON metrics").contains("cpu"))
      _ = try run("DROP DATABASE more")
      #expect(try !server.query("SHOW DATABASES").contains("more"))
      for statement in ["CREATE USER x WITH PASSWORD 'y'", "SHOW USERS", "GRANT READ ON metrics TO x"] {
        let answer = try client.exchange(Request.form("q=\(statement.percentEncoded)", login: nil, fields: field))
        #expect(answer.status == 403 && answer.text.contains("/legacy/authorizations"), "\(answer.text)")
      }
    }
  }

  @Test func everydayCredentialNeedNotBeAnAdministrator() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.query("CREATE USER root WITH PASSWORD 'canary-root-Uq5' WITH ALL PRIVILEGES")
    try server.query("GRANT ALL ON metrics TO \(InfluxdServer.user)")
    try server.query("REVOKE ALL PRIVILEGES FROM \(InfluxdServer.user)")
    let gatehouse = try server.gatehouse {
      $0.tables["upstream.operator"] = ["username = \"root\"", "password = \"canary-root-Uq5\""]
      $0.logins = [Self.both]
    }
    gatehouse.addCanary("canary-root-Uq5")
    let client = try RawClient(gatehouse)
    #expect(try client.exchange(Request.write("cpu v=1", login: Self.both)).status == 204)
    #expect(try client.exchange(Request.query("SELECT * FROM cpu", login: Self.both)).text.contains("cpu"))
    let field = "Authorization: Token \(gatehouse.token)\r\n"
    for statement in ["CREATE DATABASE more", "SHOW DATABASES"] {
      let answer = try client.exchange(Request.form("q=\(statement.percentEncoded)", login: nil, fields: field))
      #expect(answer.status == 200 && !answer.text.contains("error"), "\(statement): \(answer.status) \(answer.text)")
      #expect(statement != "SHOW DATABASES" || answer.text.contains("more") && answer.text.contains("secret"))
    }
    gatehouse.stop()
  }
}
