// What gatehouse does not know and its upstream may.

import Authorizations
import Testing

@testable import Access

/// Tokens that only the upstream can judge (design §10).
@Suite struct UpstreamTokenTests {
  private let secret = String(repeating: "u", count: 88)
  private let world = snapshot([authorization(2, "reader", password: "right")])

  @Test func goesOnOnlyWhereTheUpstreamTakesTokens() throws {
    let one = try Bench()
    #expect(one.settle(.token(bytes("abc"), unknown: .unparsable), in: world).summary == "refused unparsable")
    #expect(one.settle(.token(bytes("abc"), unknown: .bearerDisabled), in: world).summary == "refused bearerDisabled")
    #expect(one.logIn("any", secret, in: world).summary == "refused failed")
    let two = try Bench { $0.upstreamTakesTokens = true }
    #expect(two.settle(.token(bytes("abc"), unknown: .unparsable), in: world).summary == "upstream abc")
    #expect(two.verifier.count == 0)
  }

  @Test func isAPasswordOf32BytesOrMoreThatDidNotVerifyAtTheSameCostForEveryName() throws {
    for name in ["any", "reader"] {
      let bench = try Bench { $0.upstreamTakesTokens = true }
      #expect(bench.logIn(name, String(repeating: "u", count: 31), in: world).summary == "refused failed")
      #expect(bench.logIn(name, String(repeating: "u", count: 32), in: world).summary.hasPrefix("upstream"))
      #expect(bench.verifier.count == 2)
    }
  }

  @Test func isRememberedOnceTheUpstreamTookIt() throws {
    let bench = try Bench { $0.upstreamTakesTokens = true }
    for round in 0..<5 {
      guard case .upstreamToken(let token) = bench.logIn("any", secret, in: world) else {
        Issue.record("not the upstream's")
        return
      }
      #expect(token.isPassword)
      #expect(bench.verifier.count == 1)
      if round == 0 { bench.authenticator.recordUpstream(token, isAccepted: true, now: bench.now) }
    }
  }

  @Test func countsAsAFailureWhenTheUpstreamRefusesIt() throws {
    let bench = try Bench { $0.upstreamTakesTokens = true }
    for number in 0..<10 {
      _ = bench.logIn("any", secret + "\(number)", in: world)
    }
    #expect(bench.logIn("any", secret, in: world).summary == "throttled 1")
  }

  @Test func isThrottledWhereOthersWereRefusedUnlessItWasAccepted() throws {
    let bench = try Bench { $0.upstreamTakesTokens = true }
    func present(_ text: String, from source: String = "10.0.0.1", accepted: Bool) -> String {
      let outcome = bench.settle(.token(bytes(text), unknown: .unparsable), from: source, in: world)
      if case .upstreamToken(let token) = outcome {
        bench.authenticator.recordUpstream(token, isAccepted: accepted, now: bench.now)
      }
      return outcome.summary
    }
    #expect(present("good", accepted: true) == "upstream good")
    for number in 0..<10 { #expect(present("bad\(number)", accepted: false) == "upstream bad\(number)") }
    #expect(present("worse", accepted: false) == "throttled 1")
    #expect(present("good", accepted: true) == "upstream good")
    #expect(present("worse", from: "10.0.0.2", accepted: false) == "upstream worse")
    // Logins are counted apart.
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
  }

  @Test func describesNoSecret() throws {
    let bench = try Bench { $0.upstreamTakesTokens = true }
    let outcome = bench.logIn("any", secret, in: world)
    guard case .pending(let pending) = bench.begin(.login(name: bytes("x"), password: bytes(secret)), in: world) else {
      Issue.record("not pending")
      return
    }
    for value: Any in [outcome, pending, pending.job] {
      var dumped = ""
      dump(value, to: &dumped)
      // 117 is `u`.
      #expect(!"\(value)\(String(reflecting: value))\(dumped)".contains("117"))
      #expect(!"\(value)\(String(reflecting: value))\(dumped)".contains("uuuu"))
    }
  }
}
