// Every status that gatehouse originates on a write, and what Telegraf's two outputs make of it: nothing that may pass
// later makes either of them drop its batch (design §10).

import Authorizations
import Formats
import HTTP
import Testing
import Threading
import Upstream

@testable import Access
@testable import Decision

/// What a Telegraf output does with the batch that was answered so.
private enum Reaction: Equatable {
  case keeps
  case drops
  /// Sends it again in two halves.
  case splits
}

/// The rules of Telegraf's outputs as design §10 states them.
private enum Telegraf {
  static let fatalWords = [
    "retention policy not found", "partial write", "points beyond retention policy", "unable to parse",
    "hinted handoff queue not empty",
  ]

  /// `outputs.influxdb`: reads the JSON member `error` alone.
  static func v1(_ status: Int, error: String) -> Reaction {
    if status >= 500 { return fatalWords.contains { error.contains($0) } ? .drops : .keeps }
    return error.contains("database not found") ? .keeps : .drops
  }

  /// `outputs.influxdb_v2`.
  static func v2(_ status: Int) -> Reaction {
    switch status {
    case 401, 403, 429, 500...: .keeps
    case 413: .splits
    default: .drops
    }
  }
}

private struct Case: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int
  /// Whether the same bytes may be accepted later without anyone changing the client.
  let mayPassLater: Bool
  let v1: Reaction
  let v2: Reaction
  let refusal: @Sendable () throws -> Refusal?

  init(
    _ name: String, _ status: Int, mayPassLater: Bool, v1: Reaction, v2: Reaction,
    _ refusal: @escaping @Sendable () throws -> Refusal?
  ) {
    testDescription = name
    self.status = status
    self.mayPassLater = mayPassLater
    self.v1 = v1
    self.v2 = v2
    self.refusal = refusal
  }

  init(_ name: String, upstream kind: UpstreamFailure.Kind, _ status: Int) {
    let failure = UpstreamFailure(kind, .awaiting)
    self.init(name, status, mayPassLater: true, v1: .keeps, v2: .keeps) {
      Refusal(status: failure.status, kind: .upstream, message: failure.reason)
    }
  }
}

private let target = "/write?db=metrics"

private let cases: [Case] = [
  Case("no credential", 401, mayPassLater: false, v1: .drops, v2: .keeps) {
    try Gate().write(target, login: nil).refusal
  },
  Case("wrong password", 401, mayPassLater: false, v1: .drops, v2: .keeps) {
    try Gate().write(target, login: nil, "Authorization: Token writer:wrong").refusal
  },
  Case("inactive login", 401, mayPassLater: false, v1: .drops, v2: .keeps) {
    try Gate().write(target, login: "inactive").refusal
  },
  Case("two credentials", 400, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate().write(target, "Authorization: Token writer:pw").refusal
  },
  Case("not permitted", 403, mayPassLater: false, v1: .drops, v2: .keeps) {
    try Gate().write(target, login: "reader").refusal
  },
  Case("unknown database, 1.x", 404, mayPassLater: true, v1: .keeps, v2: .drops) {
    try Gate().write("/write?db=new", login: "every").refusal
  },
  Case("unknown policy, 1.x", 500, mayPassLater: false, v1: .drops, v2: .keeps) {
    try Gate().write("\(target)&rp=new", login: "every").refusal
  },
  Case("unknown database, 2.x", 404, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate(.influxDB2).write("/write?db=new", login: "every").refusal
  },
  Case("no such path", 404, mayPassLater: false, v1: .drops, v2: .drops) { try Gate().write("/nowhere").refusal },
  Case("wrong method", 405, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate().write(target, method: "PUT").refusal
  },
  Case("no database", 400, mayPassLater: false, v1: .drops, v2: .drops) { try Gate().write("/write").refusal },
  Case("unknown precision", 400, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate().write("\(target)&precision=d").refusal
  },
  Case("broken head", 400, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate().judge("POST \(target) HTTP/1.1\r\n\r\n").refusal
  },
  Case("head of another version", 505, mayPassLater: false, v1: .keeps, v2: .keeps) {
    try Gate().judge("POST \(target) HTTP/2.0\r\nHost: a\r\n\r\n").refusal
  },
  Case("too many fields", 431, mayPassLater: false, v1: .drops, v2: .drops) {
    try Gate().judge("POST \(target) HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n").refusal
  },
  Case("body too large", 413, mayPassLater: false, v1: .drops, v2: .splits) { .tooLarge(1, GatewayLimits()) },
  Case("body too slow", 503, mayPassLater: true, v1: .keeps, v2: .keeps) { .bodyTooSlow },
  Case("head too slow", 503, mayPassLater: true, v1: .keeps, v2: .keeps) { .headTooSlow },
  Case("too many failures", 503, mayPassLater: true, v1: .keeps, v2: .keeps) {
    let gate = try Gate { $0.failures = FailureLimits() }
    var decision = gate.write(target, login: nil, "Authorization: Token writer:wrong")
    for i in 0..<1_000 where decision.status == 401 {
      decision = gate.write(target, login: nil, "Authorization: Token writer:wrong-\(i)")
    }
    return decision.refusal
  },
  Case("hash queue full", 503, mayPassLater: true, v1: .keeps, v2: .keeps) {
    let gate = try Gate { $0.queue = 1 }
    gate.fillHashQueue()
    return gate.write(target).refusal
  },
  Case("directory not loaded", 503, mayPassLater: true, v1: .keeps, v2: .keeps) {
    let gate = try Gate()
    gate.shared.status.publish(UpstreamStatus())
    return gate.write(target).refusal
  },
  Case("directory cannot be asked", 503, mayPassLater: true, v1: .keeps, v2: .keeps) {
    let gate = try Gate()
    gate.refresh = { false }
    return gate.write("/write?db=new", login: "every").refusal
  },
  Case("upstream down", upstream: .unreachable("connect: refused"), 502),
  Case("upstream closed", upstream: .reset, 502),
  Case("upstream talks nonsense", upstream: .malformed(.malformedStatusLine), 502),
  Case("upstream late", upstream: .timedOut, 504),
  Case("no upstream connection free", upstream: .exhausted, 503),
  Case("upstream refuses our credential", upstream: .credentialRefused(401), 502),
]

@Suite struct TelegrafTests {
  @Test(arguments: cases) private func knowsWhatTelegrafDoes(row: Case) throws {
    let refusal = try #require(try row.refusal())
    #expect(refusal.status == row.status)
    #expect(Telegraf.v1(refusal.status, error: refusal.message) == row.v1)
    #expect(Telegraf.v2(refusal.status) == row.v2)
  }

  /// The two recorded statuses of a wrong target aside: each is kept by the output that speaks its dialect or is as the
  /// real server answers.
  @Test(arguments: cases.filter { $0.mayPassLater && $0.testDescription != "unknown database, 1.x" })
  private func losesNothingThatMayPassLater(row: Case) throws {
    let refusal = try #require(try row.refusal())
    #expect(refusal.status >= 500)
    #expect(Telegraf.v1(refusal.status, error: refusal.message) == .keeps)
    #expect(Telegraf.v2(refusal.status) == .keeps)
  }

  @Test(arguments: cases.filter { $0.status == 503 }) private func saysWhenToComeBack(row: Case) throws {
    let refusal = try #require(try row.refusal())
    #expect(refusal.retryAfter > 0 || refusal.kind == .upstream)
  }

  @Test func saysTheReasonWhereTelegrafReadsIt() {
    for dialect in [Dialect.influxDB1, .influxDB2] {
      for isAPI2 in [true, false] {
        let answer = AnswerDialect(upstream: dialect, version: "x", isAPI2: isAPI2).answer(.bodyTooSlow)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("\"error\":\"the request body came too slowly\""))
      }
    }
  }
}
