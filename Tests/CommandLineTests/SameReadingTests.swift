// What a hash, a token and a permission look like is read alike wherever it is read: by the file, by what the file
// declares, by the store's users and by the command line.

import Access
import Authorizations
import Configuration
import Formats
import GatehouseServer
import TestSupport
import Testing

@testable import gatehouse

private struct NoFiles: FileAccess {
  func contents(of path: String, limit: Int, isSecret: Bool) throws(FileFailure) -> [UInt8] { [] }
  func isOpenToAll(_ path: String) -> Bool { false }
}

private func decoded(_ text: String) -> Configuration? {
  try? Configuration.decode(
    Array((MinimalConfiguration.text + text).utf8), file: "g.toml", environment: { _ in nil }, files: NoFiles())
}

private func directory() throws -> Directory {
  let organization = try Identifier(parsing: "000000000000000a")
  return Directory(
    organizations: [Organization(id: organization, name: "default")],
    users: [User(id: try Identifier(parsing: "000000000000000b"), name: "admin", organizationID: organization)],
    buckets: [], mappings: [])
}

@Suite struct SameReadingTests {
  private static let salted = "abcdefghijklmnopqrstuu"
  /// Of `reader-password`.
  private static let hash = "$2b$04$\(salted)JrYgcKAXtZL5K4o8WC.BGozQtX36Hoi"
  private static let yescrypt = "$y$j75$RAUptu2Uu8lzwpz1KRqm4/$l9mZV9YD/8mAHW4tm5ipDpTJgW5PYz2L0YjPvNsAsKA"

  /// Whether a login that is declared with a hash can ever be let in: only then may `check` approve of it.
  @Test(
    arguments: [
      (hash, true), ("$2a" + hash.dropFirst(3), true), ("$2x" + hash.dropFirst(3), false), (yescrypt, true),
      // Sixteen times the memory of the greatest that is taken.
      ("$y$jFT$" + yescrypt.dropFirst(7), false), ("$y$jC5$" + yescrypt.dropFirst(7), false),
      ("$y$j7$" + yescrypt.dropFirst(7), false), ("$y$k75$" + yescrypt.dropFirst(7), false),
      // Bits that do not count, of the salt; and bits that nothing can match, of the hash.
      ("$2b$04$abcdefghijklmnopqrstuv" + hash.dropFirst(29), true), (hash.dropLast() + "j", false),
      ("$2b$16$" + hash.dropFirst(7), false), ("$2b$03$" + hash.dropFirst(7), false),
    ] as [(String, Bool)])
  func theFileTakesAHashWhereTheAuthenticatorCanVerifyIt(text: String, isTaken: Bool) {
    #expect((PasswordHash(text) != nil) == isTaken)
    let file = "[[authorization]]\ntoken = \"reader\"\npassword_hash = \"\(text)\"\nread = [\"metrics\"]\n"
    #expect((decoded(file) != nil) == isTaken)
    // And then its own password is right.
    guard isTaken, let hash = PasswordHash(text) else { return }
    let password = text.hasPrefix("$y$") ? "correct horse" : "reader-password"
    #expect(PasswordHasher().verify(Array(password.utf8), against: hash) == .matches)
  }

  @Test(
    arguments: [
      ("read:buckets", true), ("read:buckets/metrics", true), ("write:buckets/metrics/autogen", true),
      ("read:buckets/metrics/*", true), ("read:buckets/*", false), ("read:buckets/*/*", false),
      ("read:buckets/", false),
      ("read:buckets//autogen", false), ("read:buckets/metrics/", false), ("read:instance", false),
      ("read:tasks/000000000000000a", true), ("read:tasks/000000000000000A", true), ("read:tasks/name", false),
      ("eat:buckets", false), ("read:planets", false), ("read:users/admin", true), ("read:orgs/", false),
      ("write:authorizations", true),
    ] as [(String, Bool)])
  func whatTheFileTakesForAPermissionIsKept(text: String, isTaken: Bool) throws {
    let secret = try #require(TokenSecret.generate(id: Identifier(nonzero: 0x95f7_9e0b_e913_00be)))
    let hash = TokenSecret.declaration(of: secret, id: Identifier(nonzero: 0x95f7_9e0b_e913_00be))
    let file = "[[token]]\nhash = \"\(hash)\"\npermissions = [\"\(text)\"]\n"
    let configuration = decoded(file)
    #expect((configuration != nil) == isTaken)
    let directory = try directory()
    if let configuration {
      let resolved = Declarations(configuration).resolve(in: directory, loadedAt: 1)
      #expect(resolved.problems == [])
      #expect(resolved.tokens.first?.permissions.count == 1)
    }
    let organization = try #require(directory.organizations.first)
    #expect(((try? PermissionArgument(text).permission(in: organization, directory)) != nil) == isTaken)
  }

  @Test func aTokenIsOursInLowerCaseAloneForEveryReader() throws {
    let id = Identifier(nonzero: 0xabcd_ef00_1234_5678)
    let secret = try #require(TokenSecret.generate(id: id))
    let upper = "ghABCDEF0012345678" + secret.text.dropFirst(18)
    for (text, isOurs) in [
      (secret.text, true), (upper, false), (secret.text + "x", false), ("GH" + secret.text.dropFirst(2), false),
    ] {
      #expect((TokenText(Array(text.utf8))?.id == id) == isOurs)
      #expect(TokenSecret.hasForm(Array(text.utf8)) == isOurs)
    }
    let hash = TokenSecret.declaration(of: secret, id: id)
    #expect(TokenHash(hash)?.description == hash)
    for (text, isTaken) in [(hash, true), (hash.uppercased(), false), (hash.replacing("$abcd", with: "$ABCD"), false)] {
      #expect((TokenHash(text) != nil) == isTaken)
      #expect((decoded("[[token]]\nhash = \"\(text)\"\noperator = true\n") != nil) == isTaken)
    }
  }
}
