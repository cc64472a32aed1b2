// A query's decision is used again for the same text, credential and state, on any connection, and for nothing else.

import Authorizations
import TestSupport
import Formats
import HTTP
import Testing
import Threading

@testable import Access
@testable import Decision

/// Its answer is filtered, and the filter tells whether two decisions are one.
private let text = "SHOW+DATABASES%3BSHOW+RETENTION+POLICIES+ON+metrics"
private let target = "/query?db=metrics&q=\(text)"

private func isRecalled(_ first: Decision, _ second: Decision) -> Bool {
  guard let filter = first.request?.filter else { return false }
  return second.request?.filter === filter
}

extension Gate {
  /// For the second time, which is when a decision is kept.
  fileprivate func getTwice(_ target: String, login: String? = "reader") -> Decision {
    _ = getElsewhere(target, login: login, source: "10.0.0.1")
    return getElsewhere(target, login: login, source: "10.0.0.1")
  }

  fileprivate func getElsewhere(_ target: String, login: String? = "reader", source: String = "10.0.0.2") -> Decision {
    memo = DecisionMemo()
    return judge(head("GET \(target)", login: login), source: source)
  }

  fileprivate func postElsewhere(_ target: String, form: String, login: String = "reader") -> Decision {
    memo = DecisionMemo()
    return post(target, form: form, login: login)
  }
}

@Suite struct DecisionCacheTests {
  @Test func recallsOnAnotherConnection() throws {
    let gate = try Gate()
    let once = gate.getElsewhere(target)
    let first = gate.getElsewhere(target, source: "10.0.0.1")
    #expect(!isRecalled(once, first))
    let second = gate.getElsewhere(target)
    #expect(isRecalled(first, second))
    #expect(first.line == second.line && second.isPermitted)
    #expect(second.notes.login == "reader" && second.notes.database == "metrics")
    // What the hop adds is its own.
    #expect(first.field("X-Forwarded-For") == "10.0.0.1" && second.field("X-Forwarded-For") == "10.0.0.2")
  }

  @Test func recallsFormsAndOtherSpellings() throws {
    let gate = try Gate()
    _ = gate.postElsewhere("/query?db=metrics", form: "q=\(text)")
    let first = gate.postElsewhere("/query?db=metrics", form: "q=\(text)")
    #expect(isRecalled(first, gate.postElsewhere("/query?db=secret", form: "q=\(text)&db=metrics")))
    #expect(isRecalled(first, gate.postElsewhere("/query", form: "db=metrics&%71=\(text)&unknown=1")))
    #expect(!isRecalled(first, gate.getElsewhere(target)))
  }

  @Test func decidesAnewWhereAnyValueDiffers() throws {
    let gate = try Gate()
    let first = gate.getTwice(target)
    for other in [
      "\(target)+", "\(target)&epoch=ms", "\(target)&pretty=true", "\(target)&rp=weekly", "\(target)&chunked=true",
      "\(target)&chunk_size=5", "\(target)&params=%7B%7D", "/query?q=\(text)", "/query?db=metricsq&q=\(text)",
    ] {
      #expect(!isRecalled(first, gate.getElsewhere(other)), "\(other)")
    }
    #expect(gate.getElsewhere("/query?db=secret&q=SELECT+v+FROM+m").status == 403)
    #expect(isRecalled(first, gate.getElsewhere(target)))
  }

  @Test func decidesAnewForAnotherLogin() throws {
    let gate = try Gate()
    let first = gate.getTwice(target)
    #expect(!isRecalled(first, gate.getElsewhere(target, login: "weekly")))
    #expect(!isRecalled(first, gate.getElsewhere(target, login: "every")))
    #expect(gate.getElsewhere(target, login: nil).status == 401)
    #expect(gate.getElsewhere("\(target)&u=reader&p=wrong", login: nil).status == 401)
    #expect(isRecalled(first, gate.getElsewhere("\(target)&u=reader&p=pw", login: nil)))
  }

  @Test func decidesAnewAfterAnyPublication() throws {
    let gate = try Gate()
    let first = gate.getTwice(target)
    gate.shared.authorizations.publish(World.snapshot())
    let second = gate.getElsewhere(target)
    #expect(second.isPermitted && !isRecalled(first, second))
    #expect(isRecalled(second, gate.getElsewhere(target)))
    gate.shared.directory.publish(World.directory([("metrics", ["autogen"])]))
    #expect(!isRecalled(second, gate.getElsewhere(target)))
    gate.shared.directory.publish(World.directory([("other", ["autogen"])]))
    #expect(gate.getElsewhere("/query?db=metrics&q=SELECT+v+FROM+cpu").isPermitted == false)
  }

  @Test func refusesWhatWasTakenAway() throws {
    let gate = try Gate()
    let query = "/query?db=metrics&q=SELECT+v+FROM+cpu"
    #expect(gate.getTwice(query).isPermitted && gate.getElsewhere(query).isPermitted)
    #expect(gate.gatekeeper.decisions.count == 1)
    gate.shared.authorizations.publish(World.snapshot([World.login(1, "reader", [], revision: 2)]))
    #expect(gate.getElsewhere(query).status == 403)
    var changed = World.reader
    changed.status = .inactive
    changed.revision = 3
    gate.shared.authorizations.publish(World.snapshot([changed]))
    #expect(gate.getElsewhere(query).status == 401)
    gate.shared.authorizations.publish(World.snapshot([World.writer]))
    #expect(gate.getElsewhere(query).status == 401)
  }

  @Test func refusesExpiredLogin() throws {
    let gate = try Gate()
    var dated = World.reader
    dated.expiresAt = WallClock.system() + 300_000_000
    gate.shared.authorizations.publish(World.snapshot([dated]))
    let first = gate.getTwice(target)
    #expect(first.isPermitted)
    while WallClock.system() < dated.expiresAt ?? 0 {}
    #expect(gate.getElsewhere(target).status == 401)
  }

  @Test func neverKeepsWhatChangesOrIsRefused() throws {
    let gate = try Gate()
    #expect(gate.getTwice("/query?db=metrics&q=SELECT+v+INTO+w+FROM+cpu", login: "writer").isPermitted)
    #expect(gate.getTwice("/query?db=secret&q=SELECT+v+FROM+cpu").status == 403)
    #expect(gate.getTwice("/query?db=metrics&q=SELECT").status == 400)
    #expect(gate.write("/write?db=metrics").isPermitted)
    let long = String(repeating: "v,", count: 8_000) + "v"
    #expect(gate.getTwice("/query?db=metrics&q=SELECT+\(long)+FROM+cpu").isPermitted)
    #expect(gate.gatekeeper.decisions.count == 0)
  }
}

@Suite struct DecisionCacheBoundTests {
  private static let now = Generations(snapshot: 1, directory: 1, status: 1)

  private static func principal(_ number: UInt64) -> Principal {
    Principal(World.login(number, "p\(number)", [World.permission(.read, nil)]))
  }

  private static func permitted(_ bytes: Int = 0) throws -> PermittedRequest {
    let data = DataRequest(
      requirements: Requirements(Requirement(.read, .identity)),
      say: { _ in Saying(line: RequestLine(.post, "/query"), body: Array(repeating: 0, count: bytes)) },
      refuse: { _, _ in .refuse(.notFound) })
    return PermittedRequest(try Authorizer(directory: World.directory()).permit(data, for: principal(1)))
  }

  /// Asks as `owner` for a text of its own, as a gatekeeper does; whether it was known.
  @discardableResult
  private static func ask(_ cache: inout DecisionCache, _ owner: UInt64, _ text: Int, bytes: Int = 0) throws -> Bool {
    let values = try FormValues(Array("q=\(text)".utf8))
    let key = try #require(cache.key(principal(owner), isPost: false, values))
    if cache.recall(key, now) != nil { return true }
    let decision = try permitted(bytes)
    cache.remember(decision, for: key, now)
    // As if it had come once before.
    cache.remember(decision, for: key, now)
    return false
  }

  @Test func neverGrowsBeyondItsBounds() throws {
    var limits = DecisionCache.Limits()
    limits.entries = 20
    limits.bytes = 40_000
    var cache = DecisionCache(limits: limits)
    var noise = SeededGenerator(seed: 7)
    for number in 0..<4_000 {
      try Self.ask(
        &cache, UInt64.random(in: 1...9, using: &noise), Int.random(in: 0...60, using: &noise),
        bytes: number % 7 == 0 ? 20_000 : number % 50)
      #expect(cache.count <= limits.entries && cache.bytes <= limits.bytes)
    }
    #expect((1...9).reduce(0) { $0 + cache.count(of: .init(kind: .login, id: identifier($1))) } == cache.count)
    #expect(cache.count > 10)
  }

  @Test func oneLoginMayUseAllOfIt() throws {
    var cache = DecisionCache()
    for text in 0..<500 { try Self.ask(&cache, 1, text) }
    for text in 0..<500 { #expect(try Self.ask(&cache, 1, text)) }
  }

  @Test func whoeverNeverRepeatsPushesOutNobody() throws {
    var limits = DecisionCache.Limits()
    limits.entries = 64
    var cache = DecisionCache(limits: limits)
    for text in 0..<200 { try Self.ask(&cache, 9, text) }
    // Eight logins, four texts each, among ten times as many of the hostile one's.
    var known = 0
    for round in 0..<50 {
      for owner in UInt64(1)...8 {
        for text in 0..<4 {
          if try Self.ask(&cache, owner, text) { known += 1 }
          for _ in 0..<10 { try Self.ask(&cache, 9, 1_000 + round * 1_000 + Int(owner) * 100 + text * 10 + known % 10) }
          try Self.ask(&cache, 9, 100_000 + round * 1_000 + Int(owner) * 10 + text, bytes: 9_000)
        }
      }
    }
    // All but what the first round and the clock's first turns cost.
    #expect(known > 50 * 32 * 9 / 10)
  }

  @Test func keepsNothingOfTextsThatComeOnce() throws {
    var cache = DecisionCache()
    for text in 0..<2_000 {
      let key = try #require(cache.key(Self.principal(1), isPost: false, try FormValues(Array("q=\(text)".utf8))))
      cache.remember(try Self.permitted(), for: key, Self.now)
    }
    #expect(cache.count == 0 && cache.bytes == 0)
  }

  @Test func whatTakesTooMuchIsNotKept() throws {
    var cache = DecisionCache()
    try Self.ask(&cache, 1, 1, bytes: 40_000)
    #expect(cache.count == 0)
    let long = try FormValues(Array("q=\(String(repeating: "x", count: 9_000))".utf8))
    #expect(cache.key(Self.principal(1), isPost: false, long) == nil)
  }

  @Test func keysOfDifferentValuesDiffer() throws {
    let cache = DecisionCache()
    func key(_ text: String) throws -> DecisionKey? {
      cache.key(Self.principal(1), isPost: false, try FormValues(Array(text.utf8)))
    }
    #expect(try key("db=a&rp=b") != key("db=ab&rp="))
    #expect(try key("db=a&q=b") != key("db=a&params=b"))
    #expect(try key("db=a&q=b") == key("x=1&q=b&q=c&db=a&rp="))
  }
}
