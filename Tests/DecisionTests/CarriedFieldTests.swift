// What of a client's fields reaches the upstream: on v1 data a short list, elsewhere all that is end to end (B3, rows 28, 29).

import ManagementAPI
import Testing

@testable import Decision
import Formats

private let identity = [
  "Cookie: session=1", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: http", "X-Forwarded-Host: x", "Forwarded: for=1",
  "Via: 1.0 x", "X_Forwarded_For: 1.2.3.4", "x-forwarded-user: admin", "X-Remote-User: admin", "Proxy-Authorization: x",
  "X-HTTP-Method-Override: DELETE", "TE: trailers", "Trailer: x", "Upgrade: foo", "Keep-Alive: 1",
  "Referer: http://a/x",
  "Authorization_: x", "Host_: x", "Content_Type: x", "X-Influxdb-User: admin", "Origin: http://a",
  "Expect: 100-continue",
  "X-Original-URL: /debug", "Proxy-Connection: x",
]

@Suite struct CarriedFieldTests {
  @Test func carriesNoIdentityOnV1Data() throws {
    let decision = try Gate().judge(
      "POST /write?db=metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Token writer:pw\r\n"
        + identity.joined(separator: "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
    #expect(
      decision.head == [
        "POST /write?db=metrics&rp=autogen HTTP/1.1", "Host: upstream:8087", "Via: 1.1 gatehouse",
        "X-Forwarded-For: 10.0.0.1",
        "X-Forwarded-Proto: https", "Authorization: Basic b3VyOm93bg==", "Content-Length: 0",
      ])
  }

  @Test func carriesTheFewFieldsThatDataNeeds() throws {
    let fields = [
      "Accept: application/csv", "Accept-Encoding: gzip", "User-Agent: a", "X-Request-Id: b", "Request-Id: c",
      "Traceparent: d", "Tracestate: e", "Zap-Trace-Span: f", "Content-Type: g", "Content-Encoding: h",
    ]
    let decision = try Gate().judge(
      "POST /write?db=metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Token writer:pw\r\n"
        + fields.joined(separator: "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
    #expect(Array(decision.head.dropFirst(6).dropLast()) == fields)
  }

  @Test func replacesContentFieldsOfARebuiltForm() throws {
    let decision = try Gate().post(
      "/query?db=metrics", form: "q=SELECT+v+FROM+cpu", type: "application/x-www-form-urlencoded; charset=utf-8")
    #expect(decision.field("Content-Type") == "application/x-www-form-urlencoded")
    #expect(decision.field("Content-Length") == "47")
  }

  @Test(arguments: ["authorization, x-forwarded-for, content-length, host, via", "close, Authorization", "*"])
  func keepsItsOwnFieldsWhateverConnectionNames(value: String) throws {
    let decision = try Gate().write("/write?db=metrics", "Connection: \(value)")
    #expect(decision.field("Authorization") == "Basic b3VyOm93bg==")
    #expect(decision.field("X-Forwarded-For") == "10.0.0.1")
    #expect(decision.field("Content-Length") == "7")
    #expect(decision.field("Connection") == nil)
  }

  @Test func carriesNothingOfTheClientsCredential() throws {
    for target in ["/write?db=metrics&u=writer&p=pw", "/query?db=metrics&q=SELECT+v+FROM+cpu&u=reader&p=pw"] {
      let decision = try Gate().judge(head("\(target.hasPrefix("/w") ? "POST" : "GET") \(target)"))
      #expect(decision.isPermitted)
      #expect(!decision.outgoing.contains("pw"))
      #expect(!decision.outgoing.contains("writer"))
      #expect(!decision.outgoing.contains("reader"))
    }
  }
}

@Suite struct PassedThroughTests {
  private func pass(_ line: String, _ fields: String...) throws -> Decision {
    let gate = try Gate(.influxDB2, other: .passThrough)
    return gate.judge("\(line) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
  }

  @Test func carriesClientsOwnCredentialAndNeverOurs() throws {
    let decision = try pass("GET /api/v2/tasks?limit=1", "Authorization: Token theirs", "Cookie: a=b", "X-Own: c")
    #expect(!decision.isPermitted)
    #expect(
      decision.head == [
        "GET /api/v2/tasks?limit=1 HTTP/1.1", "Host: upstream:8087", "Via: 1.1 gatehouse", "X-Forwarded-For: 10.0.0.1",
        "X-Forwarded-Proto: https", "Authorization: Token theirs", "Cookie: a=b", "X-Own: c",
      ])
    #expect(try !pass("GET /api/v2/tasks").outgoing.contains("Authorization"))
  }

  @Test func dropsFieldsThatEndAtEachHop() throws {
    let decision = try pass(
      "GET /api/v2/tasks", "Connection: close, X-Named", "X-Named: a", "Keep-Alive: b", "TE: c", "Trailer: d",
      "Upgrade: e", "Proxy-Authorization: f", "Proxy-Connection: g", "X_Under: h", "X-Forwarded-For: i", "Via: j",
      "Forwarded: k", "Expect: 100-continue")
    #expect(decision.head.count == 5)
  }

  @Test func carriesTargetAndMethodAsTheyCame() throws {
    #expect(try pass("PURGE /a%20b?x=%2F&y=;z").line == "PURGE /a%20b?x=%2F&y=;z HTTP/1.1")
    #expect(try pass("GET http://elsewhere/a?b").line == "GET /a?b HTTP/1.1")
    #expect(try pass("GET /a?").line == "GET /a? HTTP/1.1")
  }

  @Test func keepsCredentialsOfOursAtHome() throws {
    let (token, text) = World.token([])
    let gate = try Gate(.influxDB2, other: .passThrough, tokens: [token])
    for (field, status) in [
      ("Token \(text)", 403), ("Bearer \(text)", 403), ("Token writer:pw", 403), ("Token writer:wrong", 401),
      ("Token inactive:x", 401), ("Token inactive:pw", 401), ("Token nobody-here:x", 401),
    ] {
      let decision = gate.judge(head("GET /api/v2/tasks", "Authorization: \(field)"))
      #expect(decision.status == status, "\(field.prefix(12))")
    }
    #expect(gate.judge(head("GET /api/v2/tasks?u=writer&p=x")).status == 401)
    #expect(gate.judge(head("GET /api/v2/tasks?u=x&p=\(text)")).status == 403)
  }

  @Test func servesDirectoryToTokensOfOurs() throws {
    let (token, text) = World.token([])
    let gate = try Gate(.influxDB2, other: .passThrough, tokens: [token])
    #expect(gate.judge(head("GET /api/v2/buckets", "Authorization: Token \(text)")).call?.path == "/api/v2/buckets")
    #expect(gate.judge(head("GET /api/v2/buckets", "Authorization: Token theirs")).request?.carriesAllFields == true)
  }

  @Test func obeysTheListOfPaths() throws {
    let gate = try Gate(other: .paths([Array("/api/v2/tasks".utf8)]))
    #expect(gate.get("/api/v2/tasks", login: nil).request != nil)
    for path in ["/api/v2/tasks/", "/api/v2/tasks/1", "/api/v2/Tasks", "/x"] {
      #expect(gate.get(path, login: nil).status == 404, "\(path)")
    }
    #expect(try Gate(other: .deny).get("/api/v2/tasks", login: nil).status == 404)
  }

  @Test func sendsUnknownTokenOfV1DataWithoutOurs() throws {
    let token = "an-upstream-token-that-is-long-enough"
    let gate = try Gate(.influxDB2)
    for (field, sent) in [
      ("Token \(token)", "Token"), ("Bearer \(token)", "Bearer"), ("Token unknown:\(token)", "Token"),
    ] {
      let decision = gate.write("/write?db=metrics", login: nil, "Authorization: \(field)", "Cookie: a=b")
      #expect(!decision.isPermitted)
      #expect(decision.field("Authorization") == "\(sent) \(token)", "\(field)")
      #expect(decision.field("Cookie") == nil)
      #expect(!decision.outgoing.contains("b3VyOm93bg"))
    }
    #expect(try Gate().write("/write?db=metrics", login: nil, "Authorization: Token \(token)").status == 401)
  }
}
