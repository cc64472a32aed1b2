// What [[token]] becomes.

import Formats
import Configuration
import Testing

private let hash =
  "ghsha512$95f79e0be91300be$" + String(repeating: "0a", count: 16) + "$" + String(repeating: "b1", count: 64)

private func token(_ keys: String) throws -> Configuration.DeclaredToken? {
  try decode(minimal + "[[token]]\n\(keys)\n").tokens.first
}

@Test func tokenIsDecoded() throws {
  let token = try #require(
    try token(
      """
      hash = "\(hash)"
      permissions = ["read:authorizations", "read:buckets/metrics/autogen", "write:buckets/00000000000000ff"]
      organization = "default"
      user = "admin"
      status = "inactive"
      description = "for the fleet"
      """))
  #expect(token.id?.rawValue == 0x95f7_9e0b_e913_00be)
  #expect(token.salt == [UInt8](repeating: 0x0a, count: 16))
  #expect(token.digest == [UInt8](repeating: 0xb1, count: 64))
  #expect(token.permissions.count == 3 && !token.isOperator && !token.isActive)
  #expect(token.organization == "default" && token.user == "admin" && token.description == "for the fleet")
  #expect(token.line == 10)
}

@Test func operatorTokenNeedsNoPermissions() throws {
  let token = try token("hash = \"\(hash)\"\noperator = true")
  #expect(token?.isOperator == true && token?.isActive == true && token?.organization == nil)
}

@Test(arguments: [
  "", "gh95f79e0be91300be.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hash + "00", String(hash.dropLast()),
  hash.uppercased(), hash.replacing("95f79e0be91300be", with: "0000000000000000"), "ghsha512$$$",
])
func hashThatIsNoneIsRefusedAndNotQuoted(hash: String) {
  #expect(
    problems(in: minimal + "[[token]]\nhash = \"\(hash)\"\noperator = true\n") == [
      "11:8: token.hash: is not a whole hash as `gatehouse token hash` prints it"
    ])
}

private let permissionProblems = [
  ("eat:buckets", "\"eat:buckets\" must begin with read: or write:"),
  ("buckets", "\"buckets\" must begin with read: or write:"),
  ("read:bucket", "there is no resource type \"bucket\"; did you mean `buckets`?"),
  ("read:instance", "\"instance\" is no type of a permission here; use operator = true"),
  ("read:buckets/", "\"read:buckets/\" must name a database or \"database/policy\""),
  ("read:buckets/a/b/c", "\"read:buckets/a/b/c\" must name a database or \"database/policy\""),
  ("write:users/", "\"write:users/\" ends in the middle"),
  ("write:tasks/name", "tasks are named by an identifier of 16 hexadecimal digits"),
]

@Test(arguments: permissionProblems)
func permissionThatIsNoneIsRefused(text: String, message: String) {
  #expect(
    problems(in: minimal + "[[token]]\nhash = \"\(hash)\"\npermissions = [\"\(text)\"]\n") == [
      "12:16: token.permissions: \(message)"
    ])
}

@Test func whatATokenMustSayIsDemanded() {
  #expect(
    problems(in: minimal + "[[token]]\n") == [
      "10:1: token.hash: is missing; `gatehouse token hash` makes a token and its hash",
      "10:1: token.permissions: is missing; write permissions = [\"read:buckets/metrics\"] or operator = true",
    ])
  #expect(
    problems(in: minimal + "[[token]]\nhash = \"\(hash)\"\noperator = true\npermissions = [\"read:dbrp\"]\n") == [
      "13:1: token.permissions: has no meaning beside `operator = true`"
    ])
}

@Test func tokenOfNobodyIsRefused() {
  let one = "[[token]]\nhash = \"\(hash)\"\noperator = true\norganization = \"x\"\nuser = \"y\"\n"
  #expect(
    problems(in: minimal + one) == [
      "13:16: token.organization: there is no organization \"x\"",
      "14:8: token.user: there is no user \"y\" of its organization",
    ])
  // In front of 2.x only the upstream knows.
  #expect(problems(in: listenerOnly + upstream2 + one) == [])
}

@Test func sameTokenTwiceIsRefused() {
  let one = "[[token]]\nhash = \"\(hash)\"\noperator = true\n"
  #expect(
    problems(in: minimal + one + one) == ["14:8: token.hash: is of the same token as that at line 10"])
}

@Test func expiryOfATokenIsDecoded() throws {
  let keys = "hash = \"\(hash)\"\noperator = true\nexpires = "
  #expect(try token(keys + "\"2027-01-31T12:00:00Z\"")?.expiresAt == 1_801_396_800_000_000_000)
  #expect(
    problems(in: minimal + "[[token]]\n" + keys + "\"never\"\n") == [
      "13:11: token.expires: is no time; write it as \"2027-01-31T12:00:00Z\""
    ])
}
