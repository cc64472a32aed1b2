// Who gets in, who does not, and what it costs.

import Authorizations
import TestSupport
import Testing

@testable import Access

@Suite struct AuthenticatorTests {
  private let world = snapshot([
    authorization(1, "reader", password: "right"), authorization(2, "bare", password: nil),
    authorization(3, "off", password: "right", status: .inactive), authorization(4, "ünï", password: "right"),
    authorization(5, "a:b", password: "x"), authorization(6, "empty", password: ""),
  ])

  @Test func letsTheRightPasswordIn() throws {
    let bench = try Bench()
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    #expect(bench.logIn("a:b", "x", in: world).summary == "authenticated a:b")
    #expect(bench.logIn("ünï", "right", in: world).summary == "authenticated ünï")
    #expect(bench.logIn("empty", "", in: world).summary == "authenticated empty")
  }

  @Test func hashesAPasswordOnce() throws {
    let bench = try Bench()
    for _ in 0..<10 { #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader") }
    #expect(bench.verifier.count == 1)
    // From another source too.
    #expect(bench.logIn("reader", "right", from: "10.0.0.2", in: world).summary == "authenticated reader")
    #expect(bench.verifier.count == 1)
  }

  @Test(arguments: [
    ("reader", "wrong"), ("reader", ""), ("ghost", "right"), ("bare", "right"), ("bare", ""), ("off", "right"),
    ("off", "wrong"), ("READER", "right"), ("reader ", "right"), ("u\u{308}nï", "right"), ("reader\u{0}", "right"),
    ("reader", "right\u{0}"),
  ]) func refusesEverybodyElseAlikeAndAtTheSameCostEachTime(name: String, password: String) throws {
    let bench = try Bench()
    for attempt in 1...3 {
      #expect(bench.logIn(name, password, in: world).summary == "refused failed")
      #expect(bench.verifier.count == attempt)
    }
  }

  /// For the log alone.
  @Test func namesTheCauseOfARefusal() throws {
    let bench = try Bench()
    let causes: [(String, String, RefusalCause)] = [
      ("reader", "wrong", .wrongPassword), ("ghost", "right", .unknownLogin), ("bare", "right", .noPassword),
      ("off", "right", .inactive), ("off", "wrong", .wrongPassword),
    ]
    for (name, password, cause) in causes { #expect(bench.logIn(name, password, in: world).cause == cause) }
    var ended = authorization(1, "reader", password: "right")
    ended.expiresAt = 500
    #expect(bench.logIn("reader", "right", in: snapshot([ended])).cause == .expired)
    #expect(bench.settle(.none, in: world).cause == .unreadable)
    let unknown = Credential.token(bytes("x"), unknown: .bearerDisabled)
    #expect(bench.settle(unknown, in: world).cause == .unknownToken)
    #expect(RefusalCause.allCases.filter(\.isOfStranger).count == 4)
  }

  @Test func slowsDownEverybodyElseAlike() throws {
    var seen: Set<[String]> = []
    for (name, password) in [("reader", "wrong"), ("ghost", "x"), ("bare", "x"), ("off", "right"), ("off", "wrong")] {
      let bench = try Bench()
      seen.insert((0..<15).map { _ in bench.logIn(name, password, in: world).summary })
    }
    #expect(seen.count == 1)
    #expect(seen.first?.last == "throttled 1")
  }

  @Test func refusesANameThatIsNoUTF8() throws {
    let bench = try Bench()
    let credential = Credential.login(name: [0xfc, 0x6e, 0xef], password: bytes("right"))
    #expect(bench.settle(credential, in: world).summary == "refused failed")
    #expect(bench.verifier.count == 1)
  }

  @Test func answersWhatIsNoCredentialWithoutAnyWork() throws {
    let bench = try Bench()
    #expect(bench.settle(.none, in: world).summary == "refused unparsable")
    #expect(bench.settle(.refused(.bearerDisabled), in: world).summary == "refused bearerDisabled")
    #expect(bench.verifier.count == 0)
  }

  /// Security row 31.
  @Test func takesNoLoginsPasswordForAnothers() throws {
    let bench = try Bench()
    let world = snapshot([authorization(1, "ab", password: "c"), authorization(2, "a", password: "bc")])
    #expect(bench.logIn("ab", "c", in: world).summary == "authenticated ab")
    #expect(bench.logIn("a", "c", in: world).summary == "refused failed")
    #expect(bench.logIn("a", "bc", in: world).summary == "authenticated a")
    #expect(bench.logIn("ab", fakeHash("c"), in: world).summary == "refused failed")
  }

  @Test func forgetsAVerificationWithTheStateItWasMadeFor() throws {
    let bench = try Bench()
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    let changed = snapshot([authorization(1, "reader", password: "new", revision: 2)])
    #expect(bench.logIn("reader", "right", in: changed).summary == "refused failed")
    #expect(bench.logIn("reader", "new", in: changed).summary == "authenticated reader")
    #expect(bench.logIn("reader", "right", in: changed).summary == "refused failed")
    let gone = snapshot()
    #expect(bench.logIn("reader", "right", in: gone).summary == "refused failed")
    let off = snapshot([authorization(1, "reader", password: "new", status: .inactive, revision: 3)])
    #expect(bench.logIn("reader", "new", in: off).summary == "refused failed")
  }

  /// A declared login whose hash changes with the file may come back with the revision it had.
  @Test func forgetsAVerificationWithItsHashEvenAtTheSameRevision() throws {
    let bench = try Bench()
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    let changed = snapshot([authorization(1, "reader", password: "new")])
    #expect(bench.logIn("reader", "right", in: changed).summary == "refused failed")
  }

  /// The status is looked at on each use, whatever the revision says.
  @Test func refusesAnInactiveLoginThatIsRemembered() throws {
    let bench = try Bench()
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
    let off = snapshot([authorization(1, "reader", password: "right", status: .inactive)])
    #expect(bench.logIn("reader", "right", in: off).summary == "refused failed")
  }

  @Test func treatsAMalformedStoredHashAsNoPassword() throws {
    let bench = try Bench()
    var login = authorization(1, "reader", password: "right")
    login.passwordHash = "$2x$04$abcdefghijklmnopqrstuuJrYgcKAXtZL5K4o8WC.BGozQtX36Hoi"
    #expect(bench.logIn("reader", "right", in: snapshot([login])).summary == "refused failed")
    #expect(bench.verifier.count == 1)
  }

  @Test func concludesByTheSnapshotOfThatMoment() throws {
    let cases: [(Authorization?, String)] = [
      (authorization(1, "reader", password: "right", permissions: [], revision: 9), "authenticated reader"),
      (authorization(1, "reader", password: "new", revision: 2), "refused failed"),
      (authorization(1, "reader", password: "right", status: .inactive, revision: 2), "refused failed"),
      (authorization(2, "reader", password: "right"), "refused failed"),
      (authorization(1, "renamed", password: "right"), "refused failed"),
      (authorization(1, "reader", password: nil, revision: 2), "refused failed"),
      (nil, "refused failed"),
    ]
    for (after, expected) in cases {
      let bench = try Bench()
      guard case .pending(let pending) = bench.begin(.login(name: bytes("reader"), password: bytes("right")), in: world)
      else {
        Issue.record("not pending")
        return
      }
      let result = VerificationResult(digest: pending.job.digest, verdict: .matches)
      let later = snapshot(after.map { [$0] } ?? [])
      #expect(bench.authenticator.conclude(pending, result, snapshot: later).summary == expected)
    }
  }

  @Test func takesNoResultOfAnotherVerification() throws {
    let bench = try Bench()
    guard case .pending(let wrong) = bench.begin(.login(name: bytes("reader"), password: bytes("wrong")), in: world),
      case .pending(let right) = bench.begin(.login(name: bytes("reader"), password: bytes("right")), in: world)
    else {
      Issue.record("not pending")
      return
    }
    let result = VerificationResult(digest: right.job.digest, verdict: .matches)
    #expect(bench.authenticator.conclude(wrong, result, snapshot: world).summary == "refused failed")
  }

  /// Security row 40.
  @Test func refusesWhileNoVerificationCanBeMade() throws {
    let bench = try Bench()
    guard case .pending(let pending) = bench.begin(.login(name: bytes("reader"), password: bytes("right")), in: world)
    else {
      Issue.record("not pending")
      return
    }
    let result = VerificationResult(digest: pending.job.digest, verdict: .unavailable)
    #expect(bench.authenticator.conclude(pending, result, snapshot: world).summary == "overloaded")
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
  }
}
