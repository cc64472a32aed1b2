// Dates of expiry, and two passwords at once during a rotation.

import Authorizations
import TestSupport
import Testing

@testable import Access

private func login(
  _ password: String, previous: (String, Int64)? = nil, expiresAt: Int64? = nil
) -> AuthorizationSnapshot {
  var one = authorization(1, "reader", password: password)
  one.previousPassword = previous.map { PreviousPassword(hash: fakeHash($0.0), expiresAt: $0.1) }
  one.expiresAt = expiresAt
  return snapshot([one])
}

@Suite struct ExpiryTests {
  @Test func anExpiredLoginIsRefusedHoweverWellItIsRemembered() throws {
    let bench = try Bench()
    let state = login("one", expiresAt: 2_000)
    for _ in 0..<2 {
      guard case .authenticated(let principal) = bench.logIn("reader", "one", in: state) else {
        Issue.record("not let in")
        return
      }
      #expect(principal.expiresAt == 2_000)
    }
    bench.wallTime.set(2_000)
    for _ in 0..<2 { #expect(bench.logIn("reader", "one", in: state).summary == "refused failed") }
  }

  @Test func bothPasswordsCountUntilTheOldOneExpires() throws {
    let bench = try Bench()
    let state = login("new", previous: ("old", 2_000))
    for password in ["new", "old", "old", "new"] {
      guard case .authenticated(let principal) = bench.logIn("reader", password, in: state) else {
        Issue.record("\(password) is not let in")
        return
      }
      #expect(principal.expiresAt == 2_000)
    }
    #expect(bench.logIn("reader", "other", in: state).summary == "refused failed")
    bench.wallTime.set(2_000)
    #expect(bench.logIn("reader", "old", in: state).summary == "refused failed")
    guard case .authenticated(let principal) = bench.logIn("reader", "new", in: state) else {
      Issue.record("new is not let in")
      return
    }
    #expect(principal.expiresAt == nil)
  }

  @Test func saysWhichOfTwoPasswordsItWasHoweverItIsRemembered() throws {
    let bench = try Bench()
    let state = login("new", previous: ("old", 2_000))
    for source in ["10.0.0.1", "10.0.0.1", "10.0.0.2"] {
      for (password, isPrevious) in [("new", false), ("old", true)] {
        guard case .authenticated(let principal) = bench.logIn("reader", password, from: source, in: state) else {
          Issue.record("\(password) is not let in")
          return
        }
        #expect(principal.usesPreviousPassword == isPrevious)
      }
    }
    // One hash for the new one, two for the old one, and none for what is remembered.
    #expect(bench.verifier.count == 3)
  }

  @Test func anExpiredTokenIsRefused() throws {
    let bench = try Bench()
    let id = identifier(9)
    let secret = try #require(TokenSecret.generate(id: id))
    let token = APIToken(
      id: id, salt: secret.salt, digest: secret.digest, organizationID: organization, userID: identifier(0x0b),
      permissions: [], expiresAt: 2_000, createdAt: 0, updatedAt: 0)
    let state = snapshot(tokens: [token])
    let shown = Credential.token(bytes(secret.text), unknown: .unparsable)
    func outcome() -> Bool {
      if case .settled(.authenticated) = bench.begin(shown, from: "10.0.0.1", in: state) { true } else { false }
    }
    #expect(outcome())
    bench.wallTime.set(1_999)
    #expect(outcome())
    bench.wallTime.set(2_000)
    #expect(!outcome())
  }
}
