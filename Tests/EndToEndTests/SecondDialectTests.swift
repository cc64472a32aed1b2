// Before a 2.x upstream: v1 clients with names and passwords, and others with tokens of the upstream's own (design §1, §10).

import Foundation
import Testing

@Suite struct SecondDialectTests {
  private static let upstreamToken = "canary-gateway-token-0123456789abcdef"
  private static let foreign = "canary-foreign-token-0123456789abcdefghij"

  private static func configure(_ settings: inout GatehouseSettings) {
    settings.upstreamToken = upstreamToken
    settings.tables["directory"] = ["source = \"declared\""]
    settings.sections = """
      [[organization]]
      name = "house"
      [[user]]
      name = "admin"
      [[bucket]]
      name = "metrics-raw"
      [[bucket]]
      name = "metrics/weekly"
      [[bucket]]
      name = "secret"
      [[mapping]]
      database = "metrics"
      retention_policy = "autogen"
      bucket = "metrics-raw"
      default = true

      """
    settings.hasOperatorToken = true
  }

  private static func play(
    script: @escaping ScriptedUpstream.Script = { try $0.obey() }, _ body: (Scene) throws -> Void
  ) throws {
    try Scene.play(settings: configure, script: script) { scene in
      scene.gatehouse.addCanary(foreign)
      try body(scene)
    }
  }

  private static func token(_ text: String, scheme: String = "Token") -> String {
    "Authorization: \(scheme) \(text)\r\n"
  }

  @Test func forwardsPermittedRequestsWithItsOwnToken() throws {
    try Self.play { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      #expect(try client.exchange(Request.query("SELECT v FROM cpu")).status == 200)
      #expect(
        try client.exchange(Request.query("SHOW MEASUREMENTS", login: nil, parameters: "&\(Login.reader.parameters)"))
          .status == 200)
      #expect(scene.upstream.completed.count == 3)
      for request in scene.upstream.completed {
        #expect(request.all("Authorization") == ["Token \(Self.upstreamToken)"])
        #expect(request.parameter("db") == ["metrics"])
        #expect(request.parameter("u").isEmpty && request.parameter("p").isEmpty)
      }
    }
  }

  @Test func answersInTheDialectOfTheUpstream() throws {
    try Self.play { scene in
      let client = try scene.connect()
      for (request, status, code) in [
        (Request.query("SELECT v FROM cpu", login: nil), 401, "unauthorized"),
        (Request.write("cpu v=1", login: .reader), 403, "forbidden"),
        (Request.write("cpu v=1", login: .mallory), 404, "not found"),
        (Request.write("cpu v=1", database: "nope"), 404, "not found"), (Request.query("SELEC"), 400, "invalid"),
        (Request.query("SELECT v FROM cpu", login: nil, fields: "Authorization: Basic eDp5\r\n"), 401, "unauthorized"),
      ] {
        let answer = try client.exchange(request)
        #expect(answer.status == status, "\(answer.status) \(answer.text)")
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        #expect(object?["code"] as? String == code && object?["message"] is String, "\(answer.text)")
        #expect(answer["X-Platform-Error-Code"] == code)
        if status == 401 { #expect(answer["WWW-Authenticate"] == "Basic realm=\"InfluxDB\"") }
      }
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test func passesTokensOfTheUpstreamOnAsTheyCame() throws {
    try Self.play { scene in
      let client = try scene.connect()
      for scheme in ["Token", "Bearer"] {
        #expect(
          try client.exchange(
            Request.query("SELECT v FROM anything", login: nil, fields: Self.token(Self.foreign, scheme: scheme))
          ).status == 200)
        #expect(scene.upstream.completed.last?.all("Authorization") == ["\(scheme) \(Self.foreign)"])
      }
      // Any name with such a password: the token alone goes on.
      for fields in [
        "Authorization: Basic \(Data("any:\(Self.foreign)".utf8).base64EncodedString())\r\n",
        "Authorization: Basic \(Data("reader-one:\(Self.foreign)".utf8).base64EncodedString())\r\n",
      ] {
        #expect(try client.exchange(Request.query("SELECT v FROM cpu", login: nil, fields: fields)).status == 200)
        #expect(scene.upstream.completed.last?.all("Authorization") == ["Token \(Self.foreign)"])
      }
      #expect(
        try client.exchange(Request.query("SELECT v FROM cpu", login: nil, parameters: "&u=any&p=\(Self.foreign)"))
          .status == 200)
      #expect(scene.upstream.completed.last?.all("Authorization") == ["Token \(Self.foreign)"])
      #expect(scene.upstream.completed.last?.parameter("p") == [])
      #expect(!scene.upstream.text.contains(Self.upstreamToken))
      // A short wrong password is no token.
      let short = try client.exchange(
        Request.query("SELECT v FROM cpu", login: nil, parameters: "&u=reader-one&p=short"))
      #expect(short.status == 401)
    }
  }

  @Test func neverJoinsItsTokenToWhatItDoesNotKnow() throws {
    try Self.play { scene in
      let client = try scene.connect()
      for request in [
        Request.write("cpu v=1", login: .mallory), Request.query("SELECT v FROM secret..vault"),
        "GET /metrics HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n",
        "GET /debug/pprof/ HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n",
        "POST /api/v2/setup HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))Content-Length: 2\r\n\r\n{}",
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n",
        "GET /legacy/authorizations HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n",
        "GET /api/v2/tasks HTTP/1.1\r\nHost: x\r\n\(Self.token(scene.gatehouse.token))\r\n",
        "GET /api/v2/tasks HTTP/1.1\r\nHost: x\r\n\(Login.writer.basic)\r\n",
      ] {
        let answer = try client.exchange(request)
        #expect([401, 403, 404].contains(answer.status), "\(request.prefix(60)): \(answer.status)")
      }
      #expect(scene.upstream.requests.isEmpty, "\(scene.upstream.requests.map(\.head))")
    }
  }

  @Test func passesOtherTrafficThroughWithTheClientsOwnCredential() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer("401 Unauthorized", "{\"code\":\"unauthorized\"}", fields: "Set-Cookie: session=1\r\n")
    }
    try Self.play(script: script) { scene in
      for (request, target) in [
        (
          "GET /api/v2/tasks?limit=3 HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\(Self.token(Self.foreign))\r\n",
          "/api/v2/tasks?limit=3"
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "/"),
        (
          "POST /api/v2/query?org=house HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))Content-Length: 4\r\n\r\nflux",
          "/api/v2/query?org=house"
        ),
        ("DELETE /api/v2/tasks/1 HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n", "/api/v2/tasks/1"),
        ("GET /api/v2/buckets HTTP/1.1\r\nHost: x\r\n\(Self.token(Self.foreign))\r\n", "/api/v2/buckets"),
      ] {
        let answer = try scene.connect().exchange(request)
        #expect(
          answer.status == 401,
          "what the upstream says of the client's credential is the client's to know: \(answer.status)")
        #expect(scene.upstream.completed.last?.target == target)
        #expect(
          scene.upstream.completed.last?["Authorization"]
            == (request.contains("Authorization") ? "Token \(Self.foreign)" : nil))
      }
      #expect(scene.upstream.text.contains("a=b"))
      #expect(!scene.upstream.text.contains(Self.upstreamToken))
    }
  }

  @Test func answersItsOwnTokensFromTheDirectory() throws {
    try Self.play { scene in
      for path in ["/api/v2/me", "/api/v2/orgs", "/api/v2/buckets", "/api/v2/dbrps?org=house"] {
        let answer = try scene.connect().exchange(
          "GET \(path) HTTP/1.1\r\nHost: x\r\n\(Self.token(scene.gatehouse.token))\r\n")
        #expect(answer.status == 200, "\(path): \(answer.status) \(answer.text)")
      }
      #expect(scene.upstream.requests.isEmpty)
    }
  }
}
