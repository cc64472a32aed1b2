// Prometheus' remote write and read, Flux and deletions: bodies that are carried without being understood, within what their parameters or the organization allow.

import Testing

@Suite struct OpaqueBodyTests {
  private static func post(
    _ target: String, login: Login? = nil, fields: String = "", type: String = "application/x-protobuf"
  ) -> String {
    "POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(login?.basic ?? "")Content-Type: \(type)\r\n\(fields)"
      + "Content-Encoding: snappy\r\nContent-Length: 4\r\n\r\n\u{1}abc"
  }

  @Test func carriesRemoteWriteAndReadWithinTheirDatabase() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for (target, login, status) in [
        ("/api/v1/prom/write?db=metrics", Login.writer, 200), ("/api/v1/prom/write?db=metrics&rp=weekly", .writer, 200),
        ("/api/v1/prom/write?db=metrics", .reader, 403), ("/api/v1/prom/write?db=secret", .reader, 403),
        ("/api/v1/prom/write?db=nowhere", .writer, 404), ("/api/v1/prom/write", .writer, 400),
        ("/api/v1/prom/read?db=metrics", .reader, 200), ("/api/v1/prom/read?db=secret", .reader, 403),
        ("/api/v1/prom/read?db=secret", .writer, 403), ("/api/v1/prom/read?db=metrics", .mallory, 403),
        ("/api/v1/prom/read?db=metrics&db=secret&q=x", .reader, 200), ("/api/v1/prom/read", .reader, 400),
        ("/api/v1/prom/read/", .reader, 404), ("/api/v1/PROM/read?db=metrics", .reader, 404),
        ("/api/v1/prom?db=metrics", .reader, 404),
      ] {
        let answer = try client.exchange(Self.post(target, login: login))
        #expect(answer.status == status, "\(target) of \(login.name): \(answer.status) \(answer.text)")
      }
      #expect(try client.exchange(Self.post("/api/v1/prom/write?db=metrics")).status == 401)
      #expect(
        scene.upstream.completed.map(\.target) == [
          "/api/v1/prom/write?db=metrics&rp=autogen", "/api/v1/prom/write?db=metrics&rp=weekly",
          "/api/v1/prom/read?db=metrics&rp=autogen", "/api/v1/prom/read?db=metrics&rp=autogen",
        ])
      for request in scene.upstream.completed {
        #expect(request.body == [1, 97, 98, 99] && request["Content-Encoding"] == "snappy")
        #expect(request.all("Authorization").count == 1 && request["Authorization"] != Login.reader.basic)
      }
    }
  }

  /// 1.x would look for `db` in it too.
  @Test(arguments: ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
  func refusesOtherBodiesOfRemoteRead(type: String) throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(
        Self.post("/api/v1/prom/read?db=metrics", login: .reader, type: type))
      #expect(answer.status == 415)
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test func carriesFluxOfWhoReadsTheWholeOrganizationAlone() throws {
    let upstream = try ScriptedUpstream()
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.hasOperatorToken = true
    let path = try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let (narrow, whole) = try (token("read:buckets/metrics", path), token("read:buckets", path))
    let gatehouse = try GatehouseProcess(settings, in: folder)
    for secret in [narrow, whole] { gatehouse.addCanary(secret) }
    let client = try RawClient(gatehouse)
    for login in [Login.reader, .writer, .mallory] {
      #expect(try client.exchange(Self.post("/api/v2/query?org=x", login: login)).status == 403)
    }
    #expect(try client.exchange(Self.post("/api/v2/query")).status == 401)
    func status(_ token: String, fields: String = "") throws -> Int {
      try client.exchange(Self.post("/api/v2/query?org=x", fields: "Authorization: Token \(token)\r\n\(fields)")).status
    }
    #expect(try status(narrow) == 403)
    #expect(try status(whole, fields: "Origin: https://evil.example\r\n") == 403)
    #expect(upstream.requests.isEmpty)
    #expect(try status(whole) == 200)
    #expect(try status(gatehouse.token) == 200)
    #expect(upstream.completed.map(\.target) == ["/api/v2/query", "/api/v2/query"])
    #expect(upstream.completed.allSatisfy { !($0["Authorization"] ?? "").contains("Token") })
    gatehouse.stop()
  }

  private func token(_ permission: String, _ configuration: String) throws -> String {
    let command = try Command.run([
      try Paths.gatehouse(), "token", "create", "--config", configuration, "--permission", permission,
    ])
    guard command.status == 0 else { throw HarnessFailure("token create: \(command.errors)") }
    return command.line
  }

  @Test func carriesDeletionsOfWhoWritesTheDatabase() throws {
    var narrow = Login.reader
    narrow.writes = ["metrics/weekly"]
    let login = narrow
    try Scene.play(settings: { $0.logins = [login, .writer] }) { scene in
      let client = try scene.connect()
      for (target, login, status) in [
        ("/api/v2/delete?bucket=metrics/autogen", Login.writer, 200), ("/api/v2/delete?bucket=metrics", .writer, 200),
        ("/api/v2/delete?bucket=metrics/weekly", login, 403), ("/api/v2/delete?bucket=secret", login, 403),
        ("/api/v2/delete", .writer, 400), ("/api/v2/delete?bucket=metrics&bucketID=0000000000000001", .writer, 400),
        ("/api/v2/delete?bucket=/x", .writer, 400),
      ] {
        let answer = try client.exchange(Self.post(target, login: login))
        #expect(answer.status == status, "\(target) of \(login.name): \(answer.status) \(answer.text)")
      }
      let site = "Origin: https://evil.example\r\n"
      #expect(
        try client.exchange(Self.post("/api/v2/delete?bucket=metrics", login: .writer, fields: site)).status == 403)
      #expect(
        scene.upstream.completed.map(\.target) == [
          "/api/v2/delete?bucket=metrics%2Fautogen", "/api/v2/delete?bucket=metrics",
        ])
    }
  }

  @Test func takesBucketsByIdentifierInFrontOfOldInfluxDB() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let client = try scene.connect()
      let field = "Authorization: Token \(scene.gatehouse.token)\r\n"
      let list = try client.exchange("GET /api/v2/buckets HTTP/1.1\r\nHost: localhost\r\n\(field)\r\n").text
      let bucket = try #require(list.ranges(of: "\"name\":\"metrics/weekly\"").first)
      let before = list[..<bucket.lowerBound].ranges(of: "\"id\":\"").last
      let id = try #require(before.map { String(list[$0.upperBound...].prefix(16)) })
      #expect(try client.exchange(Self.post("/api/v2/write?bucket=\(id)", login: .writer)).status == 204)
      #expect(try client.exchange(Self.post("/api/v2/write?bucket=\(id)", login: .reader)).status == 403)
      #expect(scene.upstream.completed.map(\.target) == ["/write?db=metrics&rp=weekly"])
    }
  }
}
