// How a permitted query is said to the upstream, and which changes are not taken from browsers or over GET (B3 and B5).

import Testing

@Suite struct PolicyRequestTests {
  private static let both: Login = {
    var login = Login.reader
    login.writes = ["metrics"]
    return login
  }()

  static let changes = [
    "SELECT v INTO copy FROM cpu", "DELETE FROM cpu", "DROP SERIES FROM cpu",
    "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO x FROM cpu GROUP BY time(1m) END",
    "DROP CONTINUOUS QUERY c ON metrics", "SHOW MEASUREMENTS; DELETE FROM cpu",
  ]

  private static func post(_ statement: String, fields: String = "") -> String {
    Request.form("db=metrics&q=\(statement.percentEncoded)", login: both, fields: fields)
  }

  @Test(arguments: changes) func changesOverGETAreCarriedAndNeverCached(statement: String) throws {
    try Scene.play(settings: { $0.logins = [Self.both, .writer] }) { scene in
      let client = try scene.connect()
      let answer = try client.exchange(Request.query(statement, login: Self.both))
      #expect(answer.status == 200 && answer.all("Cache-Control") == ["no-store"], "\(answer.status) \(answer.text)")
      #expect(try client.exchange(Self.post(statement)).status == 200)
      #expect(scene.upstream.completed.map(\.method) == ["GET", "POST"])
      let plain = try client.exchange(Request.query("SELECT v FROM cpu", login: Self.both))
      #expect(plain.status == 200 && plain["Cache-Control"] == nil)
    }
  }

  @Test(arguments: changes) func changesOverGETAreRefusedWhereMethodsAreStrict(statement: String) throws {
    try Scene.play(settings: {
      $0.logins = [Self.both, .writer]
      $0.tables["policy"] = ["strict_methods = true"]
    }) { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.query(statement, login: Self.both)).status == 403)
      #expect(scene.upstream.requests.isEmpty)
      #expect(try client.exchange(Self.post(statement)).status == 200)
      #expect(try client.exchange(Request.query("SELECT v FROM cpu", login: Self.both)).status == 200)
    }
  }

  @Test(arguments: [
    "Origin: https://evil.example\r\n", "Origin: null\r\n", "Origin: \r\n",
    "Origin: https://localhost.evil.example\r\n",
    "Origin: https://localhost@evil.example\r\n", "Referer: https://evil.example/localhost\r\n",
    "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
    "Origin: https://localhost\r\nReferer: https://evil.example/\r\n",
    "Origin: https://localhost\r\nSec-Fetch-Site: cross-site\r\n", "Origin: https://localhost:1\r\n",
  ])
  func changesOfAnotherSiteAreRefused(fields: String) throws {
    try Scene.play(settings: { $0.logins = [Self.both, .writer] }) { scene in
      let client = try scene.connect()
      for statement in Self.changes {
        for request in [
          Request.query(statement, login: Self.both, fields: fields), Self.post(statement, fields: fields),
        ] {
          let answer = try client.exchange(request)
          #expect(answer.status == 403 && answer["Access-Control-Allow-Origin"] == nil, "\(statement): \(answer)")
        }
      }
      #expect(scene.upstream.requests.isEmpty)
      #expect(
        try client.exchange(Request.query("SELECT v FROM cpu", login: Self.both, fields: fields)).status == 200)
    }
  }

  /// A browser's tabs share connections: what was permitted to one page is not permitted to another.
  @Test func changesOfAnotherSiteAreRefusedAlsoBehindOneOfTheOwn() throws {
    try Scene.play(settings: { $0.logins = [Self.both, .writer] }) { scene in
      let client = try scene.connect()
      for (fields, status) in [
        ("", 200), ("Origin: https://evil.example\r\n", 403), ("", 200), ("Sec-Fetch-Site: cross-site\r\n", 403),
      ] {
        let request = Request.query("DELETE FROM cpu", login: Self.both, fields: fields)
        #expect(try client.exchange(request).status == status)
      }
    }
  }

  @Test(arguments: [
    "Origin: https://localhost\r\n", "Origin: HTTPS://LOCALHOST\r\n", "Referer: https://localhost/graph?x=1\r\n",
    "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: none\r\n", "Referer: \r\n",
  ])
  func changesOfTheOwnSiteAreCarried(fields: String) throws {
    try Scene.play(settings: { $0.logins = [Self.both, .writer] }) { scene in
      let answer = try scene.connect().exchange(Request.query("DELETE FROM cpu", login: Self.both, fields: fields))
      #expect(answer.status == 200, "\(answer.status) \(answer.text)")
    }
  }

  /// What came, and exactly what goes on: target and body.
  static let canonical: [(request: String, line: String, body: String)] = [
    (
      Request.query("SELECT v FROM cpu", login: both),
      "GET /query?db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu HTTP/1.1",
      ""
    ),
    (
      Request.query("select  v /*x*/ from \"cpu\" -- y", login: both, parameters: "&epoch=ms&u=&evil=1&pretty="),
      "GET /query?db=metrics&rp=autogen&epoch=ms&q=SELECT%20v%20FROM%20cpu HTTP/1.1", ""
    ),
    (
      Request.query("SELECT v FROM weekly.cpu", login: both),
      "GET /query?db=metrics&q=SELECT%20v%20FROM%20weekly.cpu HTTP/1.1", ""
    ),
    (
      Request.query("SELECT v FROM metrics..cpu", database: nil, login: both),
      "GET /query?rp=autogen&q=SELECT%20v%20FROM%20metrics..cpu HTTP/1.1", ""
    ),
    (
      Request.query("SELECT v FROM cpu", login: both, parameters: "&rp=weekly&rp=autogen&db=secret"),
      "GET /query?db=metrics&rp=weekly&q=SELECT%20v%20FROM%20cpu HTTP/1.1", ""
    ),
    (
      Request.query("SHOW MEASUREMENTS", login: both, parameters: "&rp=&params=%7B%7D&consistency="),
      "GET /query?db=metrics&q=SHOW%20MEASUREMENTS HTTP/1.1", ""
    ),
    (
      Request.form(
        "q=SELECT+v+FROM+cpu&epoch=s&epoch=ms", target: "/query?db=metrics&epoch=ns&chunked=true", login: both),
      "POST /query HTTP/1.1", "db=metrics&rp=autogen&epoch=s&chunked=true&q=SELECT%20v%20FROM%20cpu"
    ),
    (
      Request.query(
        "SELECT v FROM $m WHERE h = $h AND n > $n AND b = $b", login: both,
        parameters: "&params=" + #"{"m":{"identifier":"cpu"},"h":"it's","n":{"number":2.5},"b":true}"#.percentEncoded),
      "GET /query?db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu%20WHERE%20h%20%3D%20%27it%5C%27s%27%20AND%20n%20%3E%202.5"
        + "%20AND%20b%20%3D%20true HTTP/1.1",
      ""
    ),
  ]

  @Test(arguments: canonical) func isSaidInOneWay(request: String, line: String, body: String) throws {
    try Scene.play(settings: { $0.logins = [Self.both, .writer] }) { scene in
      let answer = try scene.connect().exchange(request)
      #expect(answer.status == 200, "\(answer.status) \(answer.text)")
      let seen = try #require(scene.upstream.completed.first)
      #expect("\(seen.method) \(seen.target) \(seen.version)" == line)
      #expect(seen.text == body)
      if !body.isEmpty { #expect(seen.all("Content-Type") == ["application/x-www-form-urlencoded"]) }
    }
  }

  @Test func strongerCredentialIsForOperatorsAndTheDirectoryAlone() throws {
    try Scene.play(settings: {
      $0.logins = [Self.both, .writer]
      $0.hasOperatorToken = true
      $0.tables["upstream.operator"] = ["username = \"root\"", "password = \"canary-root-Uq5\""]
    }) { scene in
      let client = try scene.connect()
      let field = "Authorization: Token \(scene.gatehouse.token)\r\n"
      for (request, user) in [
        (Request.query("SELECT v FROM cpu", login: Self.both), "gatehouse"),
        (Request.query("DELETE FROM cpu", login: Self.both), "gatehouse"),
        (Request.query("SELECT v FROM secret..vault", login: nil, fields: field), "gatehouse"),
        (Request.query("CREATE DATABASE x", login: nil, fields: field), "root"),
        (Request.query("SHOW STATS", login: nil, fields: field), "root"),
        (Request.write("cpu v=1", login: .writer), "gatehouse"),
      ] {
        _ = try client.exchange(request)
        let seen = try #require(scene.upstream.completed.last?["Authorization"])
        let pair =
          "\(user):\(user == "root" ? "canary-root-Uq5" : GatehouseSettings(upstreamPorts: 1).upstreamPassword)"
        #expect(seen == Login(name: user, password: String(pair.dropFirst(user.count + 1)), hash: "").basicValue)
      }
      let directory = scene.upstream.state.current.connections.filter { $0.isDirectory && $0.text.contains("SHOW") }
      #expect(!directory.isEmpty)
      let root = Login(name: "root", password: "canary-root-Uq5", hash: "").basicValue
      // With the everyday one it is asked alone whether that is taken.
      #expect(directory.allSatisfy { $0.text.contains(root) || !$0.text.contains("RETENTION") })
      #expect(directory.contains { $0.text.contains(root) && $0.text.contains("RETENTION") })
    }
  }

  @Test func whatManagesLoginsIsRefusedWithAPointer() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let field = "Authorization: Token \(scene.gatehouse.token)\r\n"
      for statement in [
        "CREATE USER x WITH PASSWORD 'canary-y' WITH ALL PRIVILEGES", "SET PASSWORD FOR x = 'canary-y'", "DROP USER x",
        "GRANT ALL TO x", "REVOKE ALL FROM x", "GRANT READ ON metrics TO x", "SHOW USERS", "SHOW GRANTS FOR x",
        "SELECT v FROM cpu; DROP USER x",
      ] {
        let answer = try scene.connect().exchange(Request.query(statement, login: nil, fields: field))
        #expect(answer.status == 403 && answer.error?.contains("/legacy/authorizations") == true, "\(answer.text)")
        #expect(!answer.text.contains("canary-y") && !(answer["X-Influxdb-Error"] ?? "").contains("canary-y"))
      }
      #expect(scene.upstream.requests.isEmpty)
      #expect(!scene.gatehouse.accessLog.contains("canary-y"))
    }
  }
}

extension Login {
  /// Value of `Authorization`.
  fileprivate var basicValue: String { "Basic \(pair)" }
}
