// Who may call, in which form, and what is said of a call that has no effect or is refused.

import TestStore
import Testing
import ManagementAPI
import Threading

@testable import Authorizations
import Formats
@testable import Management

@Test func inactiveOwnersAreRefused() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  var user = bench.user
  user.status = .inactive
  bench.directory.publish(
    Directory(organizations: [bench.organization], users: [user], buckets: [], mappings: []))
  let refused = bench.send("GET", authorizationsPath)
  #expect(refused.status == 403)
  #expect(refused.member("message") == "User is inactive")
}

@Test(arguments: ["Token op", "bearer op", "TOKEN op"])
func acceptsBothSchemesInAnyCase(authorization: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", authorizationsPath, [], authorization: authorization).status == 200)
}

@Test(arguments: ["Token  op", "Token op ", "Tokenop", "Basic op", "op", "", "Token", " op", "Token\top"])
func acceptsNoOtherForm(authorization: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", authorizationsPath, [], authorization: authorization).status == 401)
}

@Test func requestsFromOtherSitesAreRefused() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", authorizationsPath, origin: "https://gate.example").status == 200)
  #expect(bench.send("GET", authorizationsPath, origin: "https://evil.example").status == 403)
  #expect(bench.send("GET", authorizationsPath, origin: "null").status == 403)
  #expect(bench.send("OPTIONS", authorizationsPath, origin: "https://evil.example").status == 403)
}

@Test func bodiesHaveALimit() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let long = bench.send("POST", authorizationsPath, String(repeating: " ", count: 1 << 20 + 1))
  #expect(long.status == 413)
  #expect(long.member("code") == "request too large")
  let id = try bench.create("one")
  let description = String(repeating: "d", count: 65_536)
  #expect(bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"description\":\"\(description)\"}").status == 200)
  #expect(bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"description\":\"\(description)d\"}").status == 400)
  // Nothing that has no body can be too long or wrongly encoded.
  #expect(bench.send("GET", authorizationsPath, encoding: "gzip").status == 200)
}

@Test func namesHoldNoControlCharacters() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for name in ["a\\u0000", "a\\n", "\\u007f", "\\u0085"] {
    #expect(bench.send("POST", authorizationsPath, bench.body(name, "\"name\":\"m/*\"")).status == 400)
  }
  #expect(bench.send("POST", authorizationsPath, bench.body("e\u{301} :é", "\"name\":\"m/*\"")).status == 201)
}

@Test func strongPasswordsNeedThreeOfFourKinds() {
  let strong = PasswordRules(strong: true)
  #expect(strong.problem("Abcdefg1") == nil)
  #expect(strong.problem("abcdef1!") == nil)
  #expect(strong.problem("Äbcdefg٣") == nil)
  #expect(strong.problem("abcdefg1")?.hasPrefix("passwords must contain at least three") == true)
  #expect(strong.problem("abcdef1-")?.hasPrefix("passwords must contain") == true)
  #expect(strong.problem("")?.split(separator: "\n").count == 2)
  #expect(PasswordRules(strong: false).problem("abcdefgh") == nil)
}

/// They stay ignored, as recorded; nobody shall take the 200 for what was not done.
@Test func whatHasNoEffectIsNamedAndNoChange() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  let before = try #require(bench.registry.snapshot.authorization(named: "one"))
  let body = "{\"permissions\":[],\"token\":\"two\",\"expiresAt\":\"2020-01-01T00:00:00Z\",\"a\\u0001\\\"b\":1}"
  let answer = bench.send("PATCH", "\(authorizationsPath)/\(id)", body)
  #expect(answer.status == 200)
  #expect(answer.field("Warning") == "299 gatehouse \"no effect: permissions, token, a??b, expiresAt\"")
  #expect(bench.registry.snapshot.authorization(named: "one") == before, "neither revision nor updatedAt")
  #expect(bench.audited.map(\.operation) == [.create])
  // What is as it was is no change either.
  let same = bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"active\"}")
  #expect(same.status == 200 && same.field("Warning") == nil)
  #expect(bench.audited.count == 1)
  let both = bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\",\"id\":\"x\",\"canary\":1}")
  #expect(both.field("Warning") == "299 gatehouse \"no effect: id, canary\"")
  #expect(bench.audited.last?.operation == .update && bench.audited.last?.ignored == "no effect: id, others")
  #expect(bench.registry.snapshot.authorization(named: "one")?.revision == before.revision + 1)
}

@Test func aHashThatIsPostedIsNamedWithoutEffect() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let body = bench.body("one", "\"orgID\":\"\(bench.organization.id)\"").dropFirst()
  let answer = bench.send("POST", authorizationsPath, "{\"passwordHash\":\"canary\",\"password\":\"canary\",\(body)")
  #expect(answer.status == 201)
  #expect(answer.field("Warning") == "299 gatehouse \"no effect: passwordHash, password\"")
  #expect(bench.registry.snapshot.authorization(named: "one")?.passwordHash == nil)
}

@Test func changesAndRefusalsAreAudited() throws {
  let bench = try Bench()
  let op = try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  _ = bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\"}")
  _ = bench.send("GET", authorizationsPath)
  _ = bench.send("GET", authorizationsPath, token: "wrong")
  _ = bench.send("DELETE", "\(authorizationsPath)/\(id)")
  let records = bench.audited
  #expect(records.map(\.operation) == [.create, .update, .other, .delete])
  #expect(records.map(\.status) == [201, 200, 401, 204])
  #expect(records[0].caller == op.id && records[0].source == "192.0.2.1")
  #expect(records[0].target == nil && records[1].target?.id.description == id)
  #expect(records[2].caller == nil && records[2].refusal == "unauthorized access: unknown token")
  #expect(records[3].target?.token == "one")
}

@Test func servesItsPathsAndNoOthers() {
  for path in ["/legacy/authorizations", "/private/legacy/authorizations/x", "/legacy/authorizations/"] {
    #expect(ManagementRoute(path: path) != nil)
  }
  for path in ["/api/v2/me", "/api/v2/users/1", "/api/v2/orgs", "/api/v2/orgs/1", "/api/v2/buckets", "/api/v2/dbrps"] {
    #expect(ManagementRoute(path: path) != nil)
  }
  for path in [
    "/private//legacy", "/legacy", "/private/", "/legacyx", "/query", "/", "", "/Legacy/authorizations",
    "/api/v2/write", "/api/v2/users", "/api/v2/buckets/1/labels", "/api/v2//me", "/api/v2", "/me",
  ] {
    #expect(ManagementRoute(path: path) == nil)
  }
}
