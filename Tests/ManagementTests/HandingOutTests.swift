// What a caller may hand out, and what a permission's name means.

import TestStore
import Testing
import ManagementAPI
import Threading

@testable import Authorizations
import Formats
@testable import Management

@Test func aNameWithoutIdentifierMeansThatBucketAndNoOther() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let made = bench.send("POST", authorizationsPath, bench.body("a", "\"name\":\"metrics/autogen\""))
  let metrics = try bench.bucket("metrics/autogen")
  let kept = try #require(bench.registry.snapshot.authorization(named: "a"))
  #expect(made.status == 201)
  #expect(
    kept.permissions == [
      Permission(.read, Resource(type: .buckets, id: metrics, organizationID: bench.organization.id))
    ])
  let none = bench.send("POST", authorizationsPath, bench.body("b", "\"name\":\"metrics\""))
  #expect(none.status == 404)
  #expect(none.member("message") == "bucket not found when creating auth")
}

@Test func aPatternMeansTheDatabaseAlsoWhatIsMadeLater() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let made = bench.send("POST", authorizationsPath, bench.body("a", "\"name\":\"later/*\""))
  #expect(made.status == 201)
  let kept = try #require(bench.registry.snapshot.authorization(named: "a")?.permissions.first)
  #expect(kept.description == "read:orgs/\(bench.organization.id)/buckets/later/*")
  #expect(String(decoding: made.body, as: UTF8.self).contains("\"name\":\"later/*\""))
  #expect(bench.send("POST", authorizationsPath, bench.body("b", "\"name\":\"/*\"")).status == 404)
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
    return bench.send("POST", authorizationsPath, bench.body("n\(Int.random(in: 0...(.max)))", asked), token: "t")
      .status
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
    return bench.send("POST", authorizationsPath, bench.body("n\(Int.random(in: 0...(.max)))", asked), token: "t")
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
  #expect(bench.send("POST", authorizationsPath, bench.body("a", "\"id\":\"\(foreign.id)\"")).status == 404)
  let there = bench.body("b", "\"id\":\"\(foreign.id)\"", organization: foreign.organizationID)
  #expect(bench.send("POST", authorizationsPath, there).status == 201)
}

@Test(arguments: ["5", "[]", "{}", "true", "\"\"", "\"metrics/x/*\"", "\"/metrics/*\"", "\"a//*\"", "\"*/*\""])
func aNameThatSaysNothingIsNotEveryBucket(name: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let refused = bench.send("POST", authorizationsPath, bench.body("a", "\"name\":\(name)"))
  #expect(refused.status == 400 && refused.member("code") == "invalid")
  #expect(bench.registry.snapshot.authorization(named: "a") == nil)
}

@Test func aNameThatIsNullIsNone() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  #expect(bench.send("POST", authorizationsPath, bench.body("a", "\"name\":null")).status == 201)
}

@Test func othersThanBucketsAreNotNamed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  func create(_ token: String, _ resource: String) -> ManagementAnswer {
    bench.send(
      "POST", authorizationsPath,
      "{\"token\":\"\(token)\",\"orgID\":\"\(bench.organization.id)\",\"permissions\":[{\"action\":\"read\",\"resource\":{\(resource)}}]}"
    )
  }
  let refused = create("a", "\"type\":\"orgs\",\"name\":\"plant\"")
  #expect(refused.status == 400)
  #expect(refused.member("message") == "invalid resource for permission: orgs are named by their id, not by name")
  // As the API itself shows it.
  #expect(create("b", "\"type\":\"orgs\",\"id\":\"\(bench.organization.id)\",\"name\":\"plant\"").status == 201)
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
  #expect(bench.send("POST", "\(authorizationsPath)/\(id)/password", body, token: "t").status == 204)
  try token(ann.organizationID)
  let refused = bench.send("POST", "\(authorizationsPath)/\(id)/password", body, token: "t")
  #expect(refused.member("message") == "write:users/\(bench.user.id) is unauthorized")
}

@Test func nobodyGetsAnInstancePermission() throws {
  let bench = try Bench()
  try bench.token("all", [Permission(.read, Resource(type: .instance)), Permission(.write, Resource(type: .instance))])
  let body =
    "{\"token\":\"a\",\"orgID\":\"\(bench.organization.id)\",\"permissions\":[{\"action\":\"read\",\"resource\":{\"type\":\"instance\"}}]}"
  #expect(bench.send("POST", authorizationsPath, body, token: "all").status == 403)
}
