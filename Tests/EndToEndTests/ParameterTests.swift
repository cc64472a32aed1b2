// What is authorized is what the upstream will run: parameters are read as InfluxDB reads them and sent once each (B3, rows 24 to 27).

import Testing

@Suite struct ParameterTests {
  static let metrics = "db=metrics&q=SELECT%20v%20FROM%20cpu"
  static let secret = "db=secret&q=SELECT%20v%20FROM%20vault"

  /// Sends a request of reader-one, who may read metrics alone; whatever goes upstream is about metrics, once.
  private static func play(_ request: String, statuses: Set<Int>, database: String = "metrics") throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(request)
      #expect(statuses.contains(answer.status), "\(answer.status) \(answer.text)")
      let requests = scene.upstream.requests
      #expect(requests.count == (answer.status == 200 ? 1 : 0))
      guard answer.status == 200 else { return }
      let request = try #require(scene.upstream.completed.first)
      for (name, values) in Dictionary(grouping: request.everyParameter, by: \.name) {
        #expect(values.count == 1, "\(name)")
      }
      #expect(request.parameter("db") == [database])
      let text = scene.upstream.text
      #expect(!text.contains("secret") && !text.contains("vault"))
    }
  }

  @Test func bodyOfFormOutranksURL() throws {
    try Self.play(Request.form(Self.secret, target: "/query?db=metrics"), statuses: [403])
    try Self.play(Request.form("db=secret", target: "/query?\(Self.metrics)"), statuses: [403])
    try Self.play(Request.form(Self.metrics, target: "/query?db=secret"), statuses: [200])
    try Self.play(Request.form("db=&q=SELECT%20v%20FROM%20cpu", target: "/query?db=metrics"), statuses: [403])
    try Self.play(
      Request.form("q=SELECT%20v%20FROM%20cpu", target: "/query?db=metrics&q=SELECT%20v%20FROM%20secret..vault"),
      statuses: [200])
    try Self.play(
      Request.form("q=SELECT%20v%20FROM%20secret..vault", target: "/query?\(Self.metrics)"), statuses: [403])
  }

  @Test(arguments: [
    "APPLICATION/X-WWW-FORM-URLENCODED", "application/x-www-form-urlencoded; charset=utf-8",
    "application/x-www-form-urlencoded;charset=UTF-8",
  ])
  func readsFormOfAnySpelling(type: String) throws {
    try Self.play(Request.form(Self.secret, target: "/query?\(Self.metrics)", type: type), statuses: [403])
    try Self.play(Request.form(Self.metrics, type: type), statuses: [200])
  }

  /// As recorded: the URL counts and the body goes unread; or gatehouse says that it cannot read it.
  @Test(arguments: [
    "text/plain", "application/json", "application/vnd.influxql", "application/octet-stream", "",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded-not",
    "application/x-www-form-urlencoded, text/plain",
    "text/plain\r\nContent-Type: application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16", "Application/x-www-form-urlencoded ; a=b",
  ])
  func neverLetsUnreadBodyDecide(type: String) throws {
    try Self.play(
      Request.form(Self.secret, target: "/query?\(Self.metrics)", type: type), statuses: [200, 400, 403, 415])
    try Self.play(
      Request.form(Self.metrics, target: "/query?\(Self.secret)", type: type), statuses: [200, 400, 403, 415])
  }

  @Test func decidesOnWhatMultipartFormsHold() throws {
    for disposition in ["form-data; name=\"q\"", "form-data; name=\"q\"; filename=\"/etc/passwd\""] {
      let body = "--x\r\nContent-Disposition: \(disposition)\r\n\r\nSELECT v FROM secret..vault\r\n--x--\r\n"
      for target in ["/query?db=metrics", "/query?\(Self.metrics)"] {
        try Self.play(
          Request.form(body, target: target, type: "multipart/form-data; boundary=x"),
          statuses: target.contains("q=") ? [200] : [403])
        try Self.play(
          Request.form(body, target: target, type: "Multipart/form-data; boundary=x").replacing("POST", with: "GET"),
          statuses: target.contains("q=") ? [200] : [403])
      }
    }
  }

  @Test func takesBodyOfNoBytesForNone() throws {
    for type in ["multipart/form-data; boundary=x", "application/json", "application/vnd.influxql", "", "nonsense"] {
      let fields = "Content-Encoding: gzip\r\n"
      try Self.play(Request.form("", target: "/query?\(Self.metrics)", type: type, fields: fields), statuses: [200])
    }
    try Self.play(
      "GET /query?\(Self.metrics) HTTP/1.1\r\nHost: x\r\n\(Login.reader.basic)Content-Encoding: gzip\r\n\r\n",
      statuses: [200])
  }

  @Test func firstOfRepeatedParametersCounts() throws {
    for (parameters, statuses): (String, Set<Int>) in [
      ("db=metrics&db=secret&q=SELECT%20v%20FROM%20cpu", [200, 400]), ("db=secret&\(Self.metrics)", [403, 400]),
      ("d%62=secret&\(Self.metrics)", [403, 400]), ("%64b=metrics&db=secret&q=SELECT%20v%20FROM%20cpu", [200, 400]),
      ("\(Self.metrics)&q=SELECT%20v%20FROM%20secret..vault", [200, 400]),
      ("q=SELECT%20v%20FROM%20secret..vault&\(Self.metrics)", [403, 400]),
      ("DB=secret&\(Self.metrics)", [200, 400]), ("db%00=secret&\(Self.metrics)", [200, 400]),
    ] {
      try Self.play(
        "GET /query?\(parameters) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n", statuses: statuses)
      try Self.play(Request.form(parameters), statuses: statuses)
    }
  }

  @Test func neverForwardsTextThatTwoParsersReadDifferently() throws {
    for (parameters, statuses): (String, Set<Int>) in [
      ("db=metrics;db=secret&q=SELECT%20v%20FROM%20cpu", [400, 403]), ("\(Self.metrics);db=secret", [400]),
      ("db=%zz&\(Self.metrics)", [200, 400]), ("db=metrics%&q=SELECT%20v%20FROM%20cpu", [400, 403]),
      ("db=metrics%00&q=SELECT%20v%20FROM%20cpu", [400, 403]), ("db=metrics&q=SELECT%20v%20FROM%20cpu%00", [400]),
      ("db=metrics%2600&q=SELECT%20v%20FROM%20cpu", [400, 403]), ("db=metrics&q=SELECT+v+FROM+cpu", [200]),
      ("db=metrics&q=SELECT%20v%20FROM%20cpu&x=%zz", [200, 400]),
    ] {
      try Self.play(
        "GET /query?\(parameters) HTTP/1.1\r\nHost: localhost\r\n\(Login.reader.basic)\r\n", statuses: statuses)
    }
  }

  @Test func readsURLAloneForWrites() throws {
    try Scene.play { scene in
      let form = Request.form("db=metrics", target: "/write?db=secret", login: .reader)
      let first = try scene.connect().exchange(form)
      #expect(first.status == 403)
      let second = try scene.connect().exchange(Request.form("db=metrics v=1", target: "/write", login: .writer))
      #expect(second.status == 400)
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func passesKnownParametersOnOnceAndOthersNever() throws {
    try Scene.play { scene in
      let parameters =
        "&epoch=ms&chunked=true&chunk_size=10&pretty=true&rp=autogen&epoch=s&u=&p=&evil=1&node_id=1&async=false"
      let answer = try scene.connect().exchange(Request.query("SELECT v FROM cpu", parameters: parameters))
      #expect(answer.status == 200)
      let request = try #require(scene.upstream.completed.first)
      for (name, value) in [
        ("epoch", "ms"), ("chunked", "true"), ("chunk_size", "10"), ("rp", "autogen"), ("db", "metrics"),
      ] {
        #expect(request.parameter(name) == [value])
      }
      #expect(request.parameter("evil").isEmpty)
      #expect(request.parameter("u").isEmpty && request.parameter("p").isEmpty)
    }
  }

  @Test func carriesGzipWritesAsTheyCame() throws {
    try Scene.play { scene in
      let body = Gzip.member(Array("cpu v=1\n".utf8))
      let client = try scene.connect()
      client.send(
        Array(
          ("POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Content-Encoding: gzip\r\n"
            + "Content-Length: \(body.count)\r\n\r\n").utf8) + body)
      #expect(try client.readAnswer().status == 204)
      let seen = scene.upstream.connections[0].bytes
      #expect(seen.firstRange(of: body) != nil)
      #expect(scene.upstream.requests[0]["Content-Encoding"] == "gzip")
      #expect(scene.upstream.requests[0]["Content-Length"] == "\(body.count)")
    }
  }

  @Test func neverInflatesBomb() throws {
    let bomb = try Gzip.bomb()
    try Scene.play { scene in
      for (target, type, login) in [
        ("/query?db=metrics", "application/x-www-form-urlencoded", Login.reader),
        ("/write?db=metrics", "text/plain", .writer),
      ] {
        let client = try scene.connect()
        let head =
          "POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(login.basic)Content-Type: \(type)\r\n"
          + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        client.send(Array(head.utf8), bomb)
        let answer = try client.readAnswer()
        #expect([413, 415].contains(answer.status), "\(answer)")
      }
      try scene.gatehouse.expectMemory(within: 128 * 1024)
      #expect(scene.upstream.completed.isEmpty)
    }
  }
}
