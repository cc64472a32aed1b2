// A path means one thing or nothing (B3, rows 21 to 23).

import Testing

@Suite struct PathTests {
  private static let query = "?db=metrics&q=SHOW%20MEASUREMENTS"

  @Test(arguments: [
    "//query", "/./query", "/x/../query", "/%71uery", "/query%2f", "/QUERY", "/Query", "/query;a", "/query\\",
    "/query/",
    "/query//", "/query/.", "/query/..", "/../query", "/%2e/query", "/%2e%2e/query", "/x/%2e%2e/query", "/%2fquery",
    "/query%00", "/query%20", "/query%3f", "/query%23", "/query%25", "/qu%65ry", "\\query", "/\\query", "/query%5c",
    "/query%0d%0aX:1", "/query%zz", "/query%", "/query%4", "/%c0%afquery", "/writе", "/api//v2/write", "/api/v2/write/",
    "/api/v2/../v2/write", "/api/v2%2fwrite", "/ping/../query", "/ping/query", "/health/../query", "/query/../ping",
  ])
  func readsOddFormOfPathAsNoRoute(path: String) throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send("GET \(path)\(Self.query) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n")
      let answer = try client.readAnswer()
      #expect([400, 404].contains(answer.status), "\(answer.status) \(answer.text)")
      try scene.expectUntouchedUpstream()
    }
  }

  @Test(arguments: [
    "/private/legacy/authorizations/../../../query", "/legacy//authorizations", "/private//legacy/authorizations",
    "/private/legacy",
    "/Private/legacy/authorizations",
  ])
  func readsOddFormOfManagementPathAsNoRoute(path: String) throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let client = try scene.connect()
      let stranger = try client.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect([401, 404].contains(stranger.status), "\(stranger.status)")
      let known = try client.exchange(
        "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n")
      #expect(known.status == 404, "\(known.status) \(known.text)")
      try scene.expectUntouchedUpstream()
    }
  }

  @Test(arguments: ["/ping#/../query", "/query#x", "/ping#", "/#/query"])
  func refusesFragment(path: String) throws {
    try FramingTests.expectRefusal(
      Payload(path, "GET \(path)\(Self.query) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n"),
      statuses: [400, 404])
  }

  @Test(arguments: [
    "/query?x=/ping&db=metrics&q=SHOW%20MEASUREMENTS", "/query?/ping", "/query?x=/health", "/api/v2/query?x=/ping",
    "/write?x=/../ping", "/query??ping",
  ])
  func authenticatesByTruePathWhateverTheParametersSay(target: String) throws {
    try Scene.play { scene in
      let method = target.hasPrefix("/query") ? "GET" : "POST"
      let answer = try scene.connect().exchange(
        "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
      #expect([401, 404].contains(answer.status), "\(answer.status) \(answer.text)")
      try scene.expectUntouchedUpstream()
    }
  }

  @Test(
    arguments: [
      "/metrics", "/debug", "/debug/", "/debug/vars", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/requests",
      "/api/v2/setup", "/api/v2/nowhere", "/api/v2/queries", "/api/v3/write", "/nowhere", "/",
      "/status/x",
      "/metrics/", "/signin", "/api/v2/signin", "/api/v2", "/shard-status", "/index.html", "/favicon.ico",
    ], ["GET", "POST"])
  func answers404ToUnlistedPath(path: String, method: String) throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(
        "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Length: 0\r\n\r\n")
      #expect(answer.status == 404, "\(answer.status) \(answer.text)")
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func answersPingAndHealthToAnyone() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for credential in ["", "Authorization: Basic eDp5\r\n", Login.reader.basic] {
        let ping = try client.exchange("GET /ping?wait_for_leader=2s HTTP/1.1\r\nHost: localhost\r\n\(credential)\r\n")
        #expect(ping.status == 204)
        #expect(ping["X-Influxdb-Version"] != nil)
        #expect(try client.exchange("HEAD /ping HTTP/1.1\r\nHost: localhost\r\n\(credential)\r\n").status == 204)
        #expect(try client.exchange("GET /health HTTP/1.1\r\nHost: localhost\r\n\(credential)\r\n").status == 200)
      }
      let post = try client.exchange("POST /ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
      #expect(post.status == 405)
      #expect(post["Allow"] != nil)
    }
  }
}
