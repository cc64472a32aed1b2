// API tokens of gatehouse: their text, what is kept of it, and where they count.

import Formats
import Authorizations
import TestSupport
import Testing

@testable import Access

@Suite struct TokenSecretTests {
  private func token(_ id: UInt64, status: Status = .active) throws -> (APIToken, String) {
    let generated = try #require(TokenSecret.generate(id: identifier(id)))
    let token = APIToken(
      id: identifier(id), salt: generated.salt, digest: generated.digest, status: status, organizationID: organization,
      userID: identifier(0x0b), permissions: .operatorPermissions, createdAt: 0, updatedAt: 0)
    return (token, generated.text)
  }

  private func presented(_ text: String, _ tokens: [APIToken]) -> String {
    switch TokenSecret.present(bytes(text), in: snapshot(tokens: tokens)) {
    case .unknown: "unknown"
    case .inactive(let token): "inactive \(token.id)"
    case .active(let token): "active \(token.id)"
    }
  }

  @Test func hasAnIdentifierAnd256RandomBitsInItsText() throws {
    let (_, text) = try token(0xabc)
    #expect(text.hasPrefix("gh0000000000000abc."))
    #expect(text.utf8.count == 62)
    #expect(TokenText(Array(text.utf8))?.id == identifier(0xabc))
    #expect(try token(0xabc).1 != text)
  }

  @Test func isFoundByItsWholeTextAlone() throws {
    let (first, text) = try token(1)
    let (second, _) = try token(2)
    #expect(presented(text, [first, second]) == "active 0000000000000001")
    #expect(presented(text, [second]) == "unknown")
    #expect(presented(String(text.dropLast()), [first]) == "unknown")
    #expect(presented(text + "A", [first]) == "unknown")
    let changed = text.last == "A" ? "B" : "A"
    #expect(presented(String(text.dropLast()) + changed, [first]) == "unknown")
    #expect(presented(text.replacing("gh0000000000000001", with: "gh0000000000000002"), [first, second]) == "unknown")
    #expect(presented("", [first]) == "unknown")
  }

  @Test func isToldApartWhenInactive() throws {
    let (token, text) = try token(1, status: .inactive)
    #expect(presented(text, [token]) == "inactive 0000000000000001")
  }

  /// SHA-512 of `abc` behind an empty salt: FIPS 180-4.
  @Test func keepsASaltedSHA512() {
    let digest = TokenSecret.digest(of: bytes("abc"), salt: [])
    #expect(digest.prefix(8) == [0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba])
    #expect(TokenSecret.digest(of: bytes("bc"), salt: bytes("a")) == digest)
    #expect(digest.count == 64)
  }

  @Test func describesNoText() throws {
    let generated = try #require(TokenSecret.generate(id: identifier(1)))
    var dumped = ""
    dump(generated, to: &dumped)
    #expect(!"\(generated)\(dumped)".contains(generated.text.suffix(20)))
  }

  @Test func logsInWhereverALoginDoes() throws {
    let bench = try Bench()
    let (first, text) = try token(1)
    let world = snapshot([authorization(2, "reader", password: "right")], tokens: [first])
    let expected = "authenticated token:0000000000000001"
    #expect(bench.settle(.token(bytes(text), unknown: .unparsable), in: world).summary == expected)
    #expect(bench.verifier.count == 0)
    // In a password's place, beside a name that is unknown and one that has another password: the same work.
    for (name, hashes) in [("any", 1), ("reader", 2)] {
      for _ in 0..<3 { #expect(bench.logIn(name, text, in: world).summary == expected) }
      #expect(bench.verifier.count == hashes)
    }
    #expect(bench.logIn("reader", "right", in: world).summary == "authenticated reader")
  }

  @Test func losesToALoginWhosePasswordItIs() throws {
    let bench = try Bench()
    let (first, text) = try token(1)
    var login = authorization(2, "reader", password: nil)
    login.passwordHash = fakeHash(text)
    #expect(bench.logIn("reader", text, in: snapshot([login], tokens: [first])).summary == "authenticated reader")
  }

  @Test func countsNoLongerWhenItIsRevokedOrInactive() throws {
    let bench = try Bench { $0.upstreamTakesTokens = true }
    let (first, text) = try token(1)
    var inactive = first
    inactive.status = .inactive
    inactive.revision += 1
    for (after, refusal) in [(snapshot(tokens: [inactive]), "refused failed"), (snapshot(), "refused failed")] {
      #expect(bench.logIn("any", text, in: snapshot(tokens: [first])).summary.hasPrefix("authenticated"))
      #expect(bench.logIn("any", text, in: after).summary == refusal)
      let alone = bench.settle(.token(bytes(text), unknown: .bearerDisabled), in: after)
      #expect(alone.summary == "refused bearerDisabled")
    }
  }

  @Test func throttlesNobodyWhoPresentsOne() throws {
    let bench = try Bench()
    let (first, text) = try token(1)
    let world = snapshot(tokens: [first])
    for name in 0..<20 {
      for source in 0..<20 {
        let outcome = bench.logIn("any\(name)", text, from: "10.0.0.\(source)", in: world)
        #expect(outcome.summary.hasPrefix("authenticated"))
      }
    }
  }
}
