// Which hashes are taken, and which passwords match them.

import Formats
import Testing

@testable import Access

private let salted = "abcdefghijklmnopqrstuu"
private let readerHash = "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi"

@Suite struct PasswordHashTests {
  @Test(arguments: ["a", "b", "y"]) func verifiesTheThreeSoundVariantsOfBcrypt(variant: String) throws {
    let text = "$2\(variant)$04$" + readerHash.dropFirst(7)
    let hash = try #require(PasswordHash(text))
    let hasher = PasswordHasher()
    #expect(hasher.verify(bytes("reader-password"), against: hash) == .matches)
    #expect(hasher.verify(bytes("reader-passwore"), against: hash) == .differs)
    #expect(hasher.verify([], against: hash) == .differs)
  }

  /// Published by the author of crypt_blowfish: `$2a$` there is computed with a countermeasure, in Go it is not.
  @Test func verifies2aAsGoMakesItForEveryByte() throws {
    let hash = try #require(PasswordHash("$2a$04$\(salted)MOaOTHB4gEm.rriBjXNwBNh.Oc4mKGG"))
    #expect(PasswordHasher().verify([0xff, 0xff, 0xa3], against: hash) == .matches)
    let countermeasure = try #require(PasswordHash("$2a$04$\(salted)ZQhQBRpiYJCaQFgyHlB.t/F01cqLCIu"))
    #expect(PasswordHasher().verify([0xff, 0xff, 0xa3], against: countermeasure) == .differs)
  }

  @Test(arguments: [
    "$y$j75$RAUptu2Uu8lzwpz1KRqm4/$l9mZV9YD/8mAHW4tm5ipDpTJgW5PYz2L0YjPvNsAsKA",
    "$y$j9T$.ilqV3NQfk.64Z5OnIP2s1$09THpWfjMdpNjKx5ly3orf7zsIeOBMGcl/OBiyQOk4/",
  ]) func verifiesYescrypt(text: String) throws {
    let hash = try #require(PasswordHash(text))
    let hasher = PasswordHasher()
    #expect(hasher.verify(bytes("correct horse"), against: hash) == .matches)
    #expect(hasher.verify(bytes("correct horsf"), against: hash) == .differs)
    #expect(hasher.verify([UInt8](repeating: 97, count: 100_000), against: hash) == .differs)
  }

  @Test(arguments: [
    "", "x", "reader-password", "*0", "*1", "$1$abcdefgh$xxxxxxxxxxxxxxxxxxxxxx",
    "$2x$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi", "$2$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi",
    "$2b$03$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi", "$2b$16$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi",
    "$2b$31$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi", "$2b$99$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi",
    "$2b$4$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoii", "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Ho",
    "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoii", "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Ho!",
    "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Ho\u{0}", "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Ho:",
    " $2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi", "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi\n",
    "$6$rounds=1000$abc$def", "$y$", "$y$j9T$abc",
    "$y$jFT$.ilqV3NQfk.64Z5OnIP2s1$09THpWfjMdpNjKx5ly3orf7zsIeOBMGcl/OBiyQOk4/",
    "$y$j9T$$09THpWfjMdpNjKx5ly3orf7zsIeOBMGcl/OBiyQOk4/", "$y$j9T$a$09THpWfjMdpNjKx5ly3orf7zsIeOBMGcl/OBiyQOk4",
    "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
  ]) func refusesEveryOtherText(text: String) { #expect(PasswordHash(text) == nil) }

  @Test func takesACostAsHighAsItsCallerAllows() {
    let text = "$2b$16$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi"
    #expect(PasswordHash(text, maximumCost: 16) != nil)
  }

  @Test func cutsALongPasswordAfter72BytesAsBcryptDoes() throws {
    let hash = try #require(PasswordHash("$2b$04$\(salted)MNSliUjQvcDZoWAZHm/hAG9Z3ZRf5wy"))
    let password = bytes("123456789012345678901234567890123456789012345678901234567890123456789012")
    let hasher = PasswordHasher()
    #expect(hasher.verify(password, against: hash) == .matches)
    #expect(hasher.verify(password + bytes("345678901"), against: hash) == .matches)
    #expect(hasher.verify(Array(password.dropLast()), against: hash) == .differs)
    #expect(hasher.verify(password + [UInt8](repeating: 120, count: 100_000), against: hash) == .matches)
  }

  @Test func neverCutsAPasswordAtANUL() throws {
    let hash = try #require(PasswordHash(readerHash))
    let empty = try #require(PasswordHash("$2b$04$\(salted)byCG3zY1GIXMyxfivm.ClDiInHzxjiq"))
    let hasher = PasswordHasher()
    #expect(hasher.verify(bytes("reader-password") + [0], against: hash) == .differs)
    #expect(hasher.verify(bytes("reader-password") + [0] + bytes("x"), against: hash) == .differs)
    #expect(hasher.verify([0], against: empty) == .differs)
    #expect(hasher.verify([], against: empty) == .matches)
  }

  @Test func comparesAHashWhoseSaltHasUnusedBitsSet() throws {
    // The same salt, its last character with another value in the four bits that do not count.
    let text = "$2b$04$abcdefghijklmnopqrstuvJrYgcKAXtZL5K4o8WC.BGozQtX36Hoi"
    let hash = try #require(PasswordHash(text))
    #expect(PasswordHasher().verify(bytes("reader-password"), against: hash) == .matches)
  }

  @Test func makesHashesThatVerifyAndDifferEachTime() throws {
    let hasher = PasswordHasher()
    let first = try hasher.make(bytes("secret"), cost: 4)
    let second = try hasher.make(bytes("secret"), cost: 4)
    #expect(first != second)
    #expect(first.text.hasPrefix("$2b$04$") && first.text.utf8.count == 60)
    #expect(hasher.verify(bytes("secret"), against: first) == .matches)
    #expect(hasher.verify(bytes("Secret"), against: second) == .differs)
  }

  @Test func refusesToMakeAHashOfWhatCouldNotBeVerified() {
    let hasher = PasswordHasher()
    #expect(throws: PasswordHasher.Problem.containsNUL) { try hasher.make([97, 0, 98], cost: 4) }
    #expect(throws: PasswordHasher.Problem.tooLong) { try hasher.make([UInt8](repeating: 97, count: 73), cost: 4) }
    #expect(throws: PasswordHasher.Problem.unavailable) { try hasher.make([97], cost: 3) }
    #expect(throws: PasswordHasher.Problem.unavailable) { try hasher.make([97], cost: 32) }
  }

  @Test func standsInForAMissingHashWithAValidOneOfTheSameCost() throws {
    let dummy = try PasswordHasher.unmatchable(cost: 5)
    #expect(dummy.text.hasPrefix("$2b$05$"))
    // libxcrypt takes it and computes a hash of the same form: no early failure.
    #expect(PasswordHasher().verify(bytes("x"), against: dummy) == .differs)
    #expect(try PasswordHasher.unmatchable(cost: 5) != dummy)
    #expect(try PasswordHasher.unmatchable(cost: 10).text.hasPrefix("$2b$10$"))
  }

  @Test func describesNoHash() throws {
    let hash = try #require(PasswordHash(readerHash))
    var dumped = ""
    dump(hash, to: &dumped)
    #expect(!"\(hash)\(String(reflecting: hash))\(dumped)".contains("JrYg"))
  }
}
