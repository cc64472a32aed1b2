// What the recordings do not show: who may do what, names in permissions, and gatehouse's own rules.

import Testing
import ManagementAPI
import Threading

@testable import Authorizations
import Formats
@testable import Management

private let prefix = "/legacy/authorizations"

extension Bench {
  /// A body that asks for one permission on buckets.
  func body(_ token: String, _ resource: String, organization: Identifier? = nil) -> String {
    """
    {"token":"\(token)","orgID":"\(organization ?? self.organization.id)","permissions":[{"action":"read",
     "resource":{"type":"buckets",\(resource)}}]}
    """
  }

  func create(_ token: String) throws -> String {
    let made = send("POST", prefix, body(token, "\"orgID\":\"\(organization.id)\""))
    guard made.status == 201, let id = made.member("id") else { throw StoreError.notFound }
    return id
  }
}

@Test func everyAnswerBearsTheServersFields() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for response in [bench.send("GET", prefix), bench.send("GET", prefix, token: nil), bench.send("GET", "/legacy/x")] {
    #expect(response.field("X-Influxdb-Build") == "OSS")
    #expect(response.field("X-Influxdb-Version") == "v2.9.1")
    #expect(response.field("Content-Type") == "application/json; charset=utf-8")
  }
  #expect(bench.send("GET", prefix, token: nil).field("WWW-Authenticate") == "Token realm=\"InfluxDB\"")
  #expect(bench.send("PUT", prefix).field("Allow") == "GET, POST")
}

@Test func aNameWithoutIdentifierMeansThatBucketAndNoOther() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let made = bench.send("POST", prefix, bench.body("a", "\"name\":\"metrics/autogen\""))
  let metrics = try bench.bucket("metrics/autogen")
  let kept = try #require(bench.registry.snapshot.authorization(named: "a"))
  #expect(made.status == 201)
  #expect(
    kept.permissions == [
      Permission(.read, Resource(type: .buckets, id: metrics, organizationID: bench.organization.id))
    ])
  let none = bench.send("POST", prefix, bench.body("b", "\"name\":\"metrics\""))
  #expect(none.status == 404)
  #expect(none.member("message") == "bucket not found when creating auth")
}

@Test func aPatternMeansTheDatabaseAlsoWhatIsMadeLater() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let made = bench.send("POST", prefix, bench.body("a", "\"name\":\"later/*\""))
  #expect(made.status == 201)
  let kept = try #require(bench.registry.snapshot.authorization(named: "a")?.permissions.first)
  #expect(kept.description == "read:orgs/\(bench.organization.id)/buckets/later/*")
  #expect(String(decoding: made.body, as: UTF8.self).contains("\"name\":\"later/*\""))
  #expect(bench.send("POST", prefix, bench.body("b", "\"name\":\"/*\"")).status == 404)
}

@Test func aCallerHandsOutOnlyWhatItHolds() throws {
  let bench = try Bench(otherOrganization: true)
  let organization = bench.organization.id
  let metrics = try bench.bucket("metrics/autogen")
  let secret = try bench.bucket("secret/autogen")
  let other = try #require(bench.directory.value.buckets.first { $0.organizationID != organization })
  let base = [
    Permission(.write, Resource(type: .authorizations)), Permission(.write, Resource(type: .users)),
  ]
  func status(_ held: Resource, _ asked: String) throws -> Int {
    try bench.token("t", base + [Permission(.read, held)])
    return bench.send("POST", prefix, bench.body("n\(Int.random(in: 0...(.max)))", asked), token: "t").status
  }
  let pattern = Resource(type: .buckets, organizationID: organization, name: "metrics/*")
  #expect(try status(pattern, "\"name\":\"metrics/*\",\"orgID\":\"\(organization)\"") == 201)
  #expect(try status(pattern, "\"name\":\"metrics/autogen\"") == 201)
  #expect(try status(pattern, "\"id\":\"\(metrics)\",\"orgID\":\"\(organization)\"") == 201)
  #expect(try status(pattern, "\"name\":\"metrics/nope\"") == 404)
  // A name beside an identifier is the caller's word and counts for nothing.
  #expect(try status(pattern, "\"id\":\"\(secret)\",\"name\":\"metrics/autogen\"") == 403)
  #expect(try status(pattern, "\"name\":\"secret/*\"") == 403)
  #expect(try status(pattern, "\"name\":\"metrics*\"") == 403)
  #expect(try status(pattern, "\"orgID\":\"\(organization)\"") == 403)
  #expect(try status(pattern, "\"id\":\"\(metrics)\",\"orgID\":\"\(other.organizationID)\"") == 403)
  let exact = Resource(type: .buckets, id: metrics, organizationID: organization)
  #expect(try status(exact, "\"name\":\"metrics/autogen\"") == 201)
  #expect(try status(exact, "\"name\":\"metrics/*\"") == 403)
  let wide = Resource(type: .buckets, organizationID: organization)
  #expect(try status(wide, "\"name\":\"metrics/*\"") == 201)
  #expect(try status(wide, "\"id\":\"\(metrics)\"") == 403)
  // Another organization's bucket is not found, whoever asks for it.
  #expect(try status(wide, "\"id\":\"\(other.id)\",\"orgID\":\"\(organization)\"") == 404)
  #expect(try status(Resource(type: .instance), "\"orgID\":\"\(organization)\"") == 201)
}

@Test func nobodyHandsOutABucketOfAnotherOrganizationByItsIdentifier() throws {
  let bench = try Bench(otherOrganization: true)
  let own = try bench.bucket("metrics/autogen")
  let foreign = try #require(
    bench.directory.value.buckets.first {
      $0.organizationID != bench.organization.id && $0.name == "metrics/autogen"
    })
  let base = [
    Permission(.write, Resource(type: .authorizations)), Permission(.write, Resource(type: .users)),
  ]
  func send(_ held: Permission, _ asked: String) throws -> ManagementAnswer {
    try bench.token("t", base + [held])
    return bench.send("POST", prefix, bench.body("n\(Int.random(in: 0...(.max)))", asked), token: "t")
  }
  let pattern = Resource(type: .buckets, organizationID: bench.organization.id, name: "metrics/*")
  // As one that does not exist: neither that it is there nor its name is told.
  let refused = try send(Permission(.read, pattern), "\"id\":\"\(foreign.id)\"")
  #expect(refused.status == 403 && !String(decoding: refused.body, as: UTF8.self).contains("autogen"))
  #expect(try send(Permission(.read, pattern), "\"id\":\"00000000000f00ff\"").status == 403)
  #expect(try send(Permission(.read, pattern), "\"id\":\"\(own)\"").status == 201)
  let foreignPattern = Resource(type: .buckets, organizationID: foreign.organizationID, name: "metrics/*")
  #expect(try send(Permission(.read, foreignPattern), "\"id\":\"\(own)\"").status == 403)
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("POST", prefix, bench.body("a", "\"id\":\"\(foreign.id)\"")).status == 404)
  let there = bench.body("b", "\"id\":\"\(foreign.id)\"", organization: foreign.organizationID)
  #expect(bench.send("POST", prefix, there).status == 201)
}

@Test(arguments: ["5", "[]", "{}", "true", "\"\"", "\"metrics/x/*\"", "\"/metrics/*\"", "\"a//*\"", "\"*/*\""])
func aNameThatSaysNothingIsNotEveryBucket(name: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let refused = bench.send("POST", prefix, bench.body("a", "\"name\":\(name)"))
  #expect(refused.status == 400 && refused.member("code") == "invalid")
  #expect(bench.registry.snapshot.authorization(named: "a") == nil)
}

@Test func aNameThatIsNullIsNone() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("POST", prefix, bench.body("a", "\"name\":null")).status == 201)
}

@Test func othersThanBucketsAreNotNamed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  func create(_ token: String, _ resource: String) -> ManagementAnswer {
    bench.send(
      "POST", prefix,
      "{\"token\":\"\(token)\",\"orgID\":\"\(bench.organization.id)\",\"permissions\":[{\"action\":\"read\",\"resource\":{\(resource)}}]}"
    )
  }
  let refused = create("a", "\"type\":\"orgs\",\"name\":\"plant\"")
  #expect(refused.status == 400)
  #expect(refused.member("message") == "invalid resource for permission: orgs are named by their id, not by name")
  // As the API itself shows it.
  #expect(create("b", "\"type\":\"orgs\",\"id\":\"\(bench.organization.id)\",\"name\":\"plant\"").status == 201)
}

@Test func howChangesEndIsToldWithTheReason() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  #expect(bench.changes == [nil])
  bench.store.isOutOfReach = true
  #expect(bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}").status == 503)
  bench.store.isOutOfReach = false
  #expect(bench.send("DELETE", "\(prefix)/\(id)").status == 204)
  #expect(bench.changes == [nil, .unavailable("canary-store-text"), nil])
}

@Test func permissionsOnUsersReachTheirOrganizationAlone() throws {
  let bench = try Bench(otherOrganization: true)
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  let ann = try #require(bench.directory.value.users.first { $0.name == "ann" })
  func token(_ organization: Identifier) throws {
    try bench.token("t", [Permission(.write, Resource(type: .users, organizationID: organization))])
  }
  let body = "{\"password\":\"long enough\"}"
  try token(bench.organization.id)
  #expect(bench.send("POST", "\(prefix)/\(id)/password", body, token: "t").status == 204)
  try token(ann.organizationID)
  let refused = bench.send("POST", "\(prefix)/\(id)/password", body, token: "t")
  #expect(refused.member("message") == "write:users/\(bench.user.id) is unauthorized")
}

@Test func nobodyGetsAnInstancePermission() throws {
  let bench = try Bench()
  try bench.token("all", [Permission(.read, Resource(type: .instance)), Permission(.write, Resource(type: .instance))])
  let body =
    "{\"token\":\"a\",\"orgID\":\"\(bench.organization.id)\",\"permissions\":[{\"action\":\"read\",\"resource\":{\"type\":\"instance\"}}]}"
  #expect(bench.send("POST", prefix, body, token: "all").status == 403)
}

@Test func filtersAreAnded() throws {
  let bench = try Bench(otherOrganization: true)
  try bench.token("op", .operatorPermissions)
  let first = try bench.create("one")
  let second = try bench.create("two")
  let user = bench.user.id
  #expect(bench.send("GET", prefix).names == ["one", "two"])
  #expect(bench.send("GET", prefix + "?authID=\(first)").names == ["one"])
  #expect(bench.send("GET", prefix + "?authID=\(first)&id=\(first)&token=one&userID=\(user)").names == ["one"])
  #expect(bench.send("GET", prefix + "?authID=\(second)&token=one").status == 404)
  #expect(bench.send("GET", prefix + "?user=mio&org=plant").names == ["one", "two"])
  #expect(bench.send("GET", prefix + "?user=ann").names == [])
  #expect(bench.send("GET", prefix + "?org=other").names == [])
  #expect(bench.send("GET", prefix + "?org=other&token=one").status == 404)
  #expect(bench.send("GET", prefix + "?user=nobody").member("message") == "user not found")
  #expect(bench.send("GET", prefix + "?token=one&org=no").member("message") == "organization name \"no\" not found")
  // The order in which the real server reads them.
  #expect(
    bench.send("GET", prefix + "?id=zzzzzzzzzzzzzzzz&userID=1").member("message") == "id must have a length of 16 bytes"
  )
}

@Test func declaredLoginsAreShownAndNotChanged() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let login = DeclaredLogin(name: "telegraf", passwordHash: "$2b$04$canary-hash", writes: ["metrics"])
  try bench.registry.replaceDeclared([
    login.authorization(organizationID: bench.organization.id, userID: bench.user.id, loadedAt: 0)
  ])
  try bench.registry.load()
  let item = "\(prefix)/\(login.id)"
  #expect(bench.send("GET", prefix + "?token=telegraf").names == ["telegraf"])
  for response in [
    bench.send("PATCH", item, "{\"status\":\"inactive\"}"), bench.send("DELETE", item),
    bench.send("POST", item + "/password", "{\"password\":\"long enough\"}"),
  ] {
    #expect(response.status == 403)
    #expect(response.member("message") == "declared in the configuration file")
  }
  #expect(bench.send("POST", prefix, bench.body("telegraf", "\"name\":\"metrics/*\"")).status == 422)
}

@Test func noAnswerHoldsAHash() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  #expect(bench.send("POST", "\(prefix)/\(id)/password", "{\"password\":\"canary-password\"}").status == 204)
  #expect(bench.registry.snapshot.authorization(named: "one")?.passwordHash == "$2b$04$15")
  for target in [prefix, "\(prefix)/\(id)", prefix + "?token=one"] {
    #expect(!String(decoding: bench.send("GET", target).body, as: UTF8.self).contains("$2b$"))
  }
  #expect(!"\(bench.audited)".contains("canary-password"))
  #expect(!"\(bench.audited)".contains("$2b$"))
}

@Test func aChangeThatTheStoreDoesNotTakeIsNotAcknowledged() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  bench.store.isOutOfReach = true
  for response in [
    bench.send("POST", prefix, bench.body("two", "\"name\":\"m/*\"")), bench.send("DELETE", "\(prefix)/\(id)"),
    bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}"),
    bench.send("POST", "\(prefix)/\(id)/password", "{\"password\":\"long enough\"}"),
  ] {
    #expect(response.status == 503)
    #expect(response.field("Retry-After") == "1")
    #expect(!String(decoding: response.body, as: UTF8.self).contains("canary-store-text"))
  }
  #expect(bench.send("GET", prefix).names == ["one"])
  #expect(bench.registry.snapshot.authorization(named: "one")?.status == .active)
}

@Test func whatIsGoneFromTheDirectoryIsShownWithEmptyNames() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  bench.directory.publish(.empty)
  let shown = bench.send("GET", "\(prefix)/\(id)")
  #expect(shown.status == 200)
  #expect(shown.member("org") == "")
  #expect(shown.member("user") == "")
  // While nothing is known nothing is made.
  #expect(bench.send("POST", prefix, bench.body("two", "\"name\":\"m/*\"")).status == 503)
  #expect(bench.send("GET", "/api/v2/orgs").status == 503)
}

@Test func inactiveOwnersAreRefused() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  var user = bench.user
  user.status = .inactive
  bench.directory.publish(
    Directory(organizations: [bench.organization], users: [user], buckets: [], mappings: []))
  let refused = bench.send("GET", prefix)
  #expect(refused.status == 403)
  #expect(refused.member("message") == "User is inactive")
}

@Test(arguments: ["Token op", "bearer op", "TOKEN op"])
func acceptsBothSchemesInAnyCase(authorization: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", prefix, [], authorization: authorization).status == 200)
}

@Test(arguments: ["Token  op", "Token op ", "Tokenop", "Basic op", "op", "", "Token", " op", "Token\top"])
func acceptsNoOtherForm(authorization: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", prefix, [], authorization: authorization).status == 401)
}

@Test func requestsFromOtherSitesAreRefused() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("GET", prefix, origin: "https://gate.example").status == 200)
  #expect(bench.send("GET", prefix, origin: "https://evil.example").status == 403)
  #expect(bench.send("GET", prefix, origin: "null").status == 403)
  #expect(bench.send("OPTIONS", prefix, origin: "https://evil.example").status == 403)
}

@Test func bodiesHaveALimit() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let long = bench.send("POST", prefix, String(repeating: " ", count: 1 << 20 + 1))
  #expect(long.status == 413)
  #expect(long.member("code") == "request too large")
  let id = try bench.create("one")
  let description = String(repeating: "d", count: 65_536)
  #expect(bench.send("PATCH", "\(prefix)/\(id)", "{\"description\":\"\(description)\"}").status == 200)
  #expect(bench.send("PATCH", "\(prefix)/\(id)", "{\"description\":\"\(description)d\"}").status == 400)
  // Nothing that has no body can be too long or wrongly encoded.
  #expect(bench.send("GET", prefix, encoding: "gzip").status == 200)
}

@Test func namesHoldNoControlCharacters() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for name in ["a\\u0000", "a\\n", "\\u007f", "\\u0085"] {
    #expect(bench.send("POST", prefix, bench.body(name, "\"name\":\"m/*\"")).status == 400)
  }
  #expect(bench.send("POST", prefix, bench.body("e\u{301} :é", "\"name\":\"m/*\"")).status == 201)
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
  let answer = bench.send("PATCH", "\(prefix)/\(id)", body)
  #expect(answer.status == 200)
  #expect(answer.field("Warning") == "299 gatehouse \"no effect: permissions, token, a??b, expiresAt\"")
  #expect(bench.registry.snapshot.authorization(named: "one") == before, "neither revision nor updatedAt")
  #expect(bench.audited.map(\.operation) == [.create])
  // What is as it was is no change either.
  let same = bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"active\"}")
  #expect(same.status == 200 && same.field("Warning") == nil)
  #expect(bench.audited.count == 1)
  let both = bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\",\"id\":\"x\",\"canary\":1}")
  #expect(both.field("Warning") == "299 gatehouse \"no effect: id, canary\"")
  #expect(bench.audited.last?.operation == .update && bench.audited.last?.ignored == "no effect: id, others")
  #expect(bench.registry.snapshot.authorization(named: "one")?.revision == before.revision + 1)
}

@Test func aHashThatIsPostedIsNamedWithoutEffect() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let body = bench.body("one", "\"orgID\":\"\(bench.organization.id)\"").dropFirst()
  let answer = bench.send("POST", prefix, "{\"passwordHash\":\"canary\",\"password\":\"canary\",\(body)")
  #expect(answer.status == 201)
  #expect(answer.field("Warning") == "299 gatehouse \"no effect: passwordHash, password\"")
  #expect(bench.registry.snapshot.authorization(named: "one")?.passwordHash == nil)
}

@Test func changesAndRefusalsAreAudited() throws {
  let bench = try Bench()
  let op = try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  _ = bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}")
  _ = bench.send("GET", prefix)
  _ = bench.send("GET", prefix, token: "wrong")
  _ = bench.send("DELETE", "\(prefix)/\(id)")
  let records = bench.audited
  #expect(records.map(\.operation) == [.create, .update, .other, .delete])
  #expect(records.map(\.status) == [201, 200, 401, 204])
  #expect(records[0].caller == op.id && records[0].source == "192.0.2.1")
  #expect(records[1].before?.status == .active && records[1].after?.status == .inactive)
  #expect(records[2].caller == nil && records[2].refusal == "unauthorized access: unknown token")
  #expect(records[3].before?.token == "one" && records[3].after == nil)
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
