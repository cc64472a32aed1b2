// A flood of wrong passwords, seen from those who send it and from those who do not.

import Authorizations
import Testing

@testable import Access

@Suite struct ThrottlingTests {
  private let world = snapshot([authorization(1, "reader", password: "right")])

  private func flood(_ bench: Bench, from source: String = "10.0.0.1", attempts: Int = 10) {
    for number in 0..<attempts { _ = bench.logIn("reader", "wrong \(number)", from: source, in: world) }
  }

  /// Security row 36.
  @Test func throttlesWhereGuessingComesFromAndNowhereElse() throws {
    let bench = try Bench()
    flood(bench)
    #expect(bench.logIn("reader", "wrong again", in: world).summary == "throttled 1")
    #expect(bench.logIn("reader", "right", from: "10.0.0.2", in: world).summary == "authenticated reader")
  }

  @Test func tellsAGuesserNothingWhileTheGateIsClosed() throws {
    let bench = try Bench()
    // Somebody else is logged in, so the password is remembered.
    #expect(bench.logIn("reader", "right", from: "10.0.0.2", in: world).summary == "authenticated reader")
    flood(bench)
    let made = bench.verifier.count
    #expect(bench.logIn("reader", "right", in: world).summary == "throttled 1")
    #expect(bench.logIn("reader", "wrong", in: world).summary == "throttled 1")
    #expect(bench.verifier.count == made)
  }

  @Test func shutsOutNobodyWhoIsInAlreadyNotEvenAtTheSameAddress() throws {
    let bench = try Bench()
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    flood(bench, attempts: 50)
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
  }

  @Test func letsTheTrueUserInWhenThePauseIsOver() throws {
    let bench = try Bench()
    flood(bench)
    bench.advance(seconds: 1)
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    flood(bench, attempts: 9)
    #expect(bench.logIn("reader", "wrong 9", in: world).summary == "refused failed")
  }

  @Test func throttlesANameThatDoesNotExistAsOneThatDoes() throws {
    let bench = try Bench()
    for number in 0..<10 { #expect(bench.logIn("ghost", "x\(number)", in: world).summary == "refused failed") }
    #expect(bench.logIn("ghost", "x", in: world).summary == "throttled 1")
  }

  @Test func refusesWhatTheQueueCannotHold() throws {
    let bench = try Bench { $0.queue = 4 }
    var outcomes: [String] = []
    for number in 0..<6 {
      let credential = Credential.login(name: bytes("n\(number)"), password: bytes("x"))
      guard case .pending(let pending) = bench.begin(credential, in: world) else { continue }
      let outcome = bench.authenticator.start(pending, snapshot: world, now: bench.now) { _ in }
      outcomes.append(outcome?.summary ?? "waits")
    }
    #expect(outcomes == ["waits", "waits", "waits", "waits", "overloaded", "overloaded"])
    #expect(bench.authenticator.queueDepth == 4)
  }
}
