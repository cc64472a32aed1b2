// A query is carried if it reads what its login may read, and refused otherwise; the upstream never sees the refused (B5, rows 41 to 43, the forwarded bytes and content are in the policy tests).

import Testing

@Suite struct EnforcementTests {
  /// Of reader-one, who may read metrics.
  static let carried = [
    "SELECT v FROM cpu", "select * from cpu", "SELECT v FROM metrics..cpu", "SELECT v FROM metrics.autogen.cpu",
    "SELECT v FROM autogen.cpu", "SELECT v FROM \"metrics\".\"weekly\".\"cpu\"",
    "SELECT mean(v) FROM cpu WHERE time > now() - 1h GROUP BY time(5m), host fill(null)",
    "SELECT v FROM /c.*/", "SELECT v FROM (SELECT v FROM cpu)", "SELECT v FROM cpu, mem",
    "SELECT v FROM cpu -- FROM secret..vault",
    "SELECT v /* FROM secret..vault */ FROM cpu", "SELECT v FROM cpu WHERE a = 'FROM secret..vault'",
    "SELECT \"secret..vault\" FROM cpu",
    "SHOW MEASUREMENTS", "SHOW measurements", "SHOW MEASUREMENTS ON metrics", "SHOW SERIES", "SHOW SERIES FROM cpu",
    "SHOW TAG KEYS",
    "SHOW TAG VALUES WITH KEY = host", "SHOW TAG VALUES ON metrics FROM cpu WITH KEY IN (a, b)", "SHOW FIELD KEYS",
    "SHOW FIELD KEYS FROM cpu",
    "SHOW RETENTION POLICIES", "SHOW RETENTION POLICIES ON metrics", "SELECT v FROM secret",
    "SELECT v FROM \"secret..vault\"", "SELECT v FROM cpu;", "SELECT v FROM cpu;;SELECT v FROM mem",
    "SELECT v FROM cpu; SHOW TAG KEYS",
  ]

  @Test(arguments: carried) func carriesWhatTheLoginMayRead(statement: String) throws {
    try Scene.play { scene in
      for request in [Request.query(statement), Request.form("db=metrics&q=\(statement.percentEncoded)")] {
        let answer = try scene.connect().exchange(request)
        #expect(answer.status == 200, "\(answer.status) \(answer.text)")
      }
      #expect(scene.upstream.completed.count == 2)
      for request in scene.upstream.completed {
        #expect(request.parameter("db") == ["metrics"])
        #expect(request.parameter("q").count == 1)
      }
    }
  }

  static let refused = [
    "SELECT v FROM secret..vault", "SELECT v FROM secret.autogen.vault", "SELECT v FROM \"secret\"..\"vault\"",
    "SELECT v FROM secret../v.*/",
    "SELECT v FROM cpu, secret..vault", "SELECT v FROM (SELECT v FROM secret..vault)",
    "SELECT v FROM (SELECT v FROM (SELECT v FROM cpu, secret..vault))",
    "SELECT v FROM \"sec\\ret\"..vault", "SELECT v FROM/**/secret..vault", "SELECT v FROM\n\tsecret..vault",
    "SELECT v FROM -- cpu\nsecret..vault",
    "SELECT v FROM cpu; SELECT v FROM secret..vault",
    "SELECT v INTO copy FROM cpu",
    "SELECT v INTO secret..copy FROM cpu", "SELECT v FROM Metrics..cpu", "SELECT v FROM METRICS..cpu",
    "SELECT v FROM _internal..httpd",
    "SHOW MEASUREMENTS ON secret", "SHOW MEASUREMENTS ON *.*", "SHOW MEASUREMENTS ON *", "SHOW SERIES ON secret",
    "SHOW SERIES FROM secret..vault",
    "SHOW SERIES ON metrics FROM secret..vault", "SHOW TAG KEYS ON secret", "SHOW TAG KEYS FROM secret..vault",
    "SHOW TAG VALUES ON secret WITH KEY = a",
    "SHOW TAG VALUES FROM secret..vault WITH KEY = a", "SHOW FIELD KEYS ON secret",
    "SHOW FIELD KEYS FROM secret..vault",
    "SHOW RETENTION POLICIES ON secret", "SHOW SERIES EXACT CARDINALITY ON secret",
    "SHOW TAG VALUES CARDINALITY ON secret WITH KEY = a",
    "SHOW USERS", "SHOW GRANTS FOR x", "SHOW STATS", "SHOW DIAGNOSTICS", "SHOW SHARDS", "KILL QUERY 1",

    "SHOW SUBSCRIPTIONS", "DROP MEASUREMENT cpu", "DROP SERIES FROM cpu", "DELETE FROM cpu", "DROP DATABASE metrics",
    "CREATE DATABASE x",
    "CREATE USER x WITH PASSWORD 'y' WITH ALL PRIVILEGES", "GRANT ALL PRIVILEGES TO \"reader-one\"",
    "REVOKE ALL FROM x", "SET PASSWORD FOR x = 'y'",
    "DROP USER x", "CREATE RETENTION POLICY p ON metrics DURATION 1h REPLICATION 1",
    "DROP RETENTION POLICY autogen ON metrics",
    "ALTER RETENTION POLICY autogen ON metrics DEFAULT", "DROP SHARD 1",
    "CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL 'udp://x:1'",
    "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO metrics..x FROM secret..vault GROUP BY time(1m) END",
    "EXPLAIN SELECT v FROM secret..vault", "EXPLAIN ANALYZE SELECT v FROM secret..vault",
  ]

  @Test(arguments: refused) func refusesWhatTheLoginMayNot(statement: String) throws {
    try Scene.play { scene in
      for request in [Request.query(statement), Request.form("db=metrics&q=\(statement.percentEncoded)")] {
        let answer = try scene.connect().exchange(request)
        #expect([400, 403].contains(answer.status), "\(answer.status) \(answer.text)")
        #expect(answer.error != nil)
        #expect(answer["X-Influxdb-Error"] != nil)
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test(arguments: [
    "", "SELEC", "SELECT", "SELECT v FROM", "SELECT v FROM cpu WHERE", "SELECT v FROM 'cpu'",
    "SELECT v FROM cpu /*", "SELECT \"v FROM cpu",
    "SELECT v FROM /cpu", "SELECT v FROM cpu\0", "SELECT v FROM cpu UNION SELECT v FROM vault", "SELECT v FROM $m",
    "FROM cpu SELECT v", "\u{a0}SELECT v FROM cpu",
  ])
  func refusesWhatItCannotRead(statement: String) throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(Request.query(statement))
      #expect(answer.status == 400, "\(answer.status) \(answer.text)")
      try scene.expectUntouchedUpstream()
    }
  }

  /// Whether object values are refused or bound before the decision: none may name what the login may not read.
  @Test func neverLetsParameterNameAnotherDatabase() throws {
    try Scene.play { scene in
      for (statement, parameters) in [
        ("SELECT v FROM $d..vault", "{\"d\":{\"identifier\":\"secret\"}}"),
        ("SELECT v FROM $d..vault", "{\"d\":{\"ident\":\"secret\"}}"),
        ("SELECT v FROM $d..vault", "{\"d\":\"secret\"}"),
        ("SHOW MEASUREMENTS ON $d", "{\"d\":{\"identifier\":\"secret\"}}"),
        ("SELECT v FROM $d..vault", "{\"d\":{\"identifier\":\"metrics\"},\"d\":{\"identifier\":\"secret\"}}"),
        ("SELECT v FROM $d..vault", "{\"d\":{\"identifier\":\"metrics\",\"identifier\":\"secret\"}}"),
        ("SELECT v FROM $d..vault", "{\"d\":{\"Identifier\":\"secret\"}}"),
        ("SELECT v FROM $m", "{\"m\":{\"identifier\":\"secret..vault\"},\"x\":1}"),
        ("SELECT v FROM $m", "{\"m\":\"secret..vault\"}"), ("SELECT v FROM cpu WHERE h = $h", "{\"h\":\"a\""),
        ("SELECT v FROM cpu", "[]"),
      ] {
        let answer = try scene.connect().exchange(
          Request.query(statement, parameters: "&params=\(parameters.percentEncoded)"))
        let isHarmless = parameters.contains("..vault\"}")
        #expect(
          [400, 403].contains(answer.status) || isHarmless && answer.status == 200,
          "\(statement) \(parameters): \(answer.status)")
      }
      for request in scene.upstream.completed {
        #expect(!request.text.contains("$d") && !request.target.contains("%24d"))
      }
    }
  }

  @Test func carriesPlainParameters() throws {
    try Scene.play { scene in
      for (statement, parameters) in [
        ("SELECT v FROM cpu WHERE h = $h", "{\"h\":\"a\"}"), ("SELECT v FROM cpu WHERE n = $h", "{\"h\":1.5}"),
        ("SELECT v FROM cpu WHERE h = $h", "{\"h\":\"FROM secret..vault\"}"), ("SELECT v FROM cpu", "{}"),
        ("SELECT v FROM cpu", ""),
      ] {
        let answer = try scene.connect().exchange(
          Request.query(statement, parameters: "&params=\(parameters.percentEncoded)"))
        #expect(answer.status == 200, "\(parameters): \(answer.status) \(answer.text)")
      }
      #expect(scene.upstream.completed.count == 5)
    }
  }

  @Test func decidesByRetentionPolicyWhereThePermissionNamesOne() throws {
    var narrow = Login.reader
    (narrow.reads, narrow.writes) = (["metrics/weekly"], ["metrics/autogen"])
    let login = narrow
    try Scene.play(settings: { $0.logins = [login, .writer] }) { scene in
      let client = try scene.connect()
      for (request, status) in [
        (Request.write("cpu v=1", login: login), 204),
        (Request.write("cpu v=1", database: "metrics&rp=autogen", login: login), 204),
        (Request.write("cpu v=1", database: "metrics&rp=weekly", login: login), 403),
        (Request.write("cpu v=1", database: "metrics&rp=nope", login: login), 500),
        (Request.write("cpu v=1", database: "secret", login: login), 403),
        (Request.write("cpu v=1", database: "Metrics", login: login), 404),
        (Request.query("SELECT v FROM cpu", login: login), 403),
        (Request.query("SELECT v FROM cpu", login: login, parameters: "&rp=weekly"), 200),
        (Request.query("SELECT v FROM weekly.cpu", login: login), 200),
        (Request.query("SELECT v FROM metrics.weekly.cpu", database: nil, login: login), 200),
        (Request.query("SELECT v FROM autogen.cpu", login: login, parameters: "&rp=weekly"), 403),
        (Request.query("SELECT v FROM metrics..cpu", login: login), 403),
        (Request.query("SHOW MEASUREMENTS", login: login), 403),
        (Request.query("SHOW TAG KEYS", login: login, parameters: "&rp=weekly"), 403),
      ] {
        let answer = try client.exchange(request)
        #expect(answer.status == status, "\(request.prefix(120)): \(answer.status) \(answer.text)")
      }
    }
  }

  @Test func showsOnlyTheDatabasesOfTheLogin() throws {
    try Scene.play { scene in
      for (login, names) in [
        (Login.reader, "[[\"metrics\"]]"), (.writer, "[[\"metrics\"],[\"secret\"]]"), (.vault, "[[\"secret\"]]"),
        (.mallory, nil),
      ] as [(Login, String?)] {
        for request in [
          Request.query("SHOW DATABASES", database: nil, login: login), Request.query("show databases", login: login),
        ] {
          let answer = try scene.connect().exchange(request)
          #expect(answer.status == 200)
          #expect(
            names.map { answer.text.contains("\"values\":\($0)") } ?? !answer.text.contains("values"), "\(answer.text)")
        }
      }
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test func neverLetsTextBreakOutOfAnAnswersHead() throws {
    try Scene.play { scene in
      let texts = [
        "x\r\nSet-Cookie: a=b", "x\nSet-Cookie: a=b", "x\rSet-Cookie: a=b", "x\0y", "x\u{7f}y", "x\u{85}y",
        "\u{1b}[31m",
        String(repeating: "n", count: 9_000),
      ]
      let requests = texts.flatMap { text in
        [
          Request.query("SELECT v FROM cpu", database: text.percentEncoded),
          Request.query("SELECT v FROM \"\(text)\"..cpu"),
          Request.write("cpu v=1", database: text.percentEncoded),
          Request.query("SELECT v FROM cpu", parameters: "&params=\(text.percentEncoded)"),
          Request.write("cpu v=1", database: "metrics&precision=\(text.percentEncoded)"),
          Request.write("cpu v=1", database: "metrics&rp=\(text.percentEncoded)"),
        ]
      }
      // All at once: unknown names wait for one question to the upstream together.
      let clients = try requests.map { request in
        let client = try scene.connect(tls: false)
        client.send(request)
        return client
      }
      for client in clients {
        let answer = try client.readAnswer()
        #expect((400...500).contains(answer.status), "\(answer.status)")
        #expect(answer["Set-Cookie"] == nil)
        #expect(answer.error != nil, "\(answer.text)")
        for value in answer.fields.map(\.value) {
          #expect(value.utf8.count <= 1_024)
          #expect(!value.unicodeScalars.contains { $0.value < 32 && $0 != "\t" || $0.value == 127 })
        }
      }
      try scene.expectUntouchedUpstream()
    }
  }
}
