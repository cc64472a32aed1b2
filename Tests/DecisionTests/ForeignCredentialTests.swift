// On paths that are not v1's a stranger learns no name, and no credential of ours leaves (security B4, rows 30 and 34).

import Authorizations
import Formats
import ManagementAPI
import Testing
import Threading

@testable import Access
@testable import Decision

@Suite struct ForeignCredentialTests {
  private static let paths = [
    "GET /api/v2/x", "GET /api/v2/me", "GET /api/v2/buckets", "POST /api/v2/query",
    "POST /api/v2/delete?bucket=metrics",
    "POST /api/v2/signin", "GET /", "GET /legacy/authorizations",
  ]

  /// Names of one length, so that what is forwarded differs in them alone.
  private func gate(_ dialect: Dialect, _ other: OtherTraffic) throws -> Gate {
    let gate = try Gate(dialect, other: other)
    var bare = World.login(8, "no-pw", [])
    bare.passwordHash = nil
    var expired = World.login(9, "ended", [])
    expired.expiresAt = 1
    gate.shared.authorizations.publish(
      World.snapshot([
        World.login(7, "known", [World.permission(.read, nil)]), bare, expired,
        World.login(10, "sleep", [], status: .inactive),
      ]))
    return gate
  }

  /// What a client can see of it, and what is done for it.
  private func seen(_ decision: Decision, of name: String) -> String {
    let refusal = decision.refusal.map { "\($0.status) \($0.message) \($0.retryAfter)" } ?? "none"
    let outgoing = decision.outgoing.split(separator: "\r\n").map { $0.hasPrefix("Authorization") ? "A" : $0 }
    let call = decision.call.map { "\($0.method) \($0.path)" } ?? "none"
    return "\(refusal) \(outgoing) \(call) \(decision.steps)".replacing(name, with: "NAME")
  }

  @Test(
    arguments: paths,
    [
      (Dialect.influxDB1, OtherTraffic.deny), (.influxDB1, .passThrough),
      (.influxDB2, .passThrough), (.influxDB2, .deny),
    ] as [(Dialect, OtherTraffic)])
  func tellsNobodyWhichNamesThereAre(line: String, setting: (Dialect, OtherTraffic)) throws {
    for password in [
      "wrong", "gh0000000000000070.\(String(repeating: "A", count: 43))", String(repeating: "x", count: 40),
    ] {
      var answers: Set<String> = []
      for name in ["known", "other", "no-pw", "ended", "sleep"] {
        let basic = String(decoding: Base64.encode(Array("\(name):\(password)".utf8)), as: UTF8.self)
        let fields = ["Authorization: Basic \(basic)", "Authorization: Token \(name):\(password)"]
        let decisions = try fields.map { try gate(setting.0, setting.1).judge(head(line, $0)) }
        let mark = line.contains("?") ? "&" : "?"
        let inURL = try gate(setting.0, setting.1).judge(head("\(line)\(mark)u=\(name)&p=\(password)"))
        answers.insert((decisions + [inURL]).map { seen($0, of: name) }.joined(separator: "\n"))
      }
      #expect(answers.count == 1, "\(answers)")
    }
  }

  @Test(arguments: ["GET /api/v2/me", "POST /api/v2/signin", "POST /api/v2/query"])
  func slowsGuessesDownThereAsEverywhere(line: String) throws {
    let gate = try gate(.influxDB2, .passThrough)
    for name in ["known", "other"] {
      var last: Decision?
      for i in 0..<40 where last?.status != 503 {
        last = gate.judge(head(line, "Authorization: Token \(name):guess-\(i)"))
      }
      #expect(last?.status == 503)
      #expect((last?.refusal?.retryAfter ?? 0) > 0)
    }
  }

  @Test(arguments: paths) func neverSendsARightPasswordUpstream(line: String) throws {
    for dialect in [Dialect.influxDB1, .influxDB2] {
      for name in ["known", "ended", "sleep"] {
        let decision = try gate(dialect, .passThrough).judge(head(line, "Authorization: Token \(name):pw"))
        #expect(!decision.outgoing.contains(":pw"), "\(dialect) \(name): \(decision.outgoing)")
        #expect(decision.request == nil || decision.isPermitted)
      }
    }
  }

  /// What is no credential in one reading may be one of ours in another.
  @Test(arguments: ["GET /api/v2/x", "GET /api/v2/me", "POST /api/v2/signin", "POST /api/v2/query", "GET /"])
  func passesOnNoCredentialInAnotherSpelling(line: String) throws {
    let (token, text) = World.token([])
    let unpadded = String(decoding: Base64.encode(Array("known:pw".utf8)), as: UTF8.self).replacing("=", with: "")
    let mark = line.contains("?") ? "&" : "?"
    for dialect in [Dialect.influxDB1, .influxDB2] {
      for (query, field) in [
        ("", "Bearer known:pw"), ("", "token known:pw"), ("", "bearer known:pw"), ("", "Token  known:pw"),
        ("", "Token known:pw x"), ("", "Basic \(unpadded)"), ("", "Basic  a25vd246cHc="), ("", "Digest known:pw"),
        ("", "known:pw"), ("u=x&p=y", "Token \(text)"), ("u=x&p=y", "Token theirs"), ("u=known", "Token theirs"),
        ("u=x&p=y&x=%zz", "Token \(text)"),
      ] {
        let gate = try gate(dialect, .passThrough)
        gate.shared.authorizations.publish(
          World.snapshot([World.login(7, "known", [World.permission(.read, nil)])], tokens: [token]))
        let target = query.isEmpty ? line : "\(line)\(mark)\(query)"
        let decision = gate.judge(head(target, "Authorization: \(field)"))
        #expect(decision.request == nil && (decision.status ?? 0) >= 400, "\(dialect) \(query) \(field)")
      }
    }
  }

  @Test func letsUsersOfTheUpstreamBeginTheirSessions() throws {
    let gate = try gate(.influxDB2, .passThrough)
    let decision = gate.judge(
      head(
        "POST /api/v2/signin",
        "Authorization: Basic \(String(decoding: Base64.encode(Array("admin:theirs".utf8)), as: UTF8.self))"))
    #expect(decision.field("Authorization") == "Basic YWRtaW46dGhlaXJz")
    let request = try #require(decision.request)
    #expect(request.acceptsCredential(204) == true && request.acceptsCredential(401) == false)
    #expect(request.upstreamToken?.isCounted == true)
  }

  /// Else a guess would be cleared by the page that everybody may see.
  @Test func takesNoOpenPageForTheProofOfAToken() throws {
    let gate = try gate(.influxDB2, .passThrough)
    let page = try #require(gate.judge(head("GET /", "Authorization: Token guess")).request)
    #expect(page.acceptsCredential(200) == nil && page.acceptsCredential(401) == false)
    let me = try #require(gate.judge(head("GET /api/v2/me", "Authorization: Token guess")).request)
    #expect(me.acceptsCredential(200) == true && me.acceptsCredential(404) == nil)
  }

  @Test func slowsDownGuessesOfTheUpstreamsTokens() throws {
    let gate = try gate(.influxDB2, .passThrough)
    var rounds = 0
    while rounds < 40,
      let token = gate.judge(head("GET /api/v2/me", "Authorization: Token t-\(rounds)")).request?.upstreamToken
    {
      gate.shared.authenticator.recordUpstream(token, isAccepted: false, now: gate.shared.clock())
      rounds += 1
    }
    #expect(rounds == FailureLimits().freeAttempts)
    #expect(gate.judge(head("GET /api/v2/me", "Authorization: Token other")).status == 503)
  }

  @Test func neverSendsUAndPOnInTheAddressOfAPage() throws {
    let gate = try gate(.influxDB2, .passThrough)
    let page = "Referer: https://gate.example/query?u=nobody&p=secret"
    #expect(gate.judge(head("GET /api/v2/tasks", page)).field("Referer") == nil)
    let plain = gate.judge(head("GET /api/v2/tasks", "Referer: https://gate.example/orgs"))
    #expect(plain.field("Referer") == "https://gate.example/orgs")
  }

  @Test(arguments: [
    ("?&u=nobody&p=secret", "?"), ("?u=nobody&p=secret&x=1", "?x=1"), ("?x=1&%75=nobody&%70=secret", "?x=1"),
    ("?x=1;u=nobody;p=secret;y=2", "?x=1;y=2"), ("?u=nobody&p=secret", ""), ("?u&p", ""),
    ("?x=u&up=p&pp=1", "?x=u&up=p&pp=1"),
    ("?p=secret", ""), ("?u=&p=%zz&a=%41+b&%zz=1", "?a=%41+b&%zz=1"), ("?", "?"), ("?&&", "?&&"), ("", ""),
    ("?p=one&p=two&P=3", "?P=3"),
  ])
  func neverSendsUAndPOn(query: String, expected: String) throws {
    for (dialect, path) in [
      (Dialect.influxDB2, "/api/v2/tasks"), (.influxDB1, "/opened"), (.influxDB2, "/api/v2/signin"),
    ] {
      let decision = try gate(dialect, .passThrough).judge(head("GET \(path)\(query)"))
      // Where a login was read out of it, it may be refused instead.
      guard decision.request != nil else {
        #expect(decision.status == 401, "\(decision)")
        continue
      }
      #expect(decision.line == "GET \(path)\(expected) HTTP/1.1")
      #expect(!decision.outgoing.contains("secret") && !decision.outgoing.contains("nobody"))
    }
  }
}
