// What the recordings do not show: who may do what, names in permissions, and gatehouse's own rules.

import TestStore
import Testing
import ManagementAPI
import Threading

@testable import Authorizations
import Formats
@testable import Management

@Test func everyAnswerBearsTheServersFields() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for response in [
    bench.send("GET", authorizationsPath), bench.send("GET", authorizationsPath, token: nil),
    bench.send("GET", "/legacy/x"),
  ] {
    #expect(response.field("X-Influxdb-Build") == "OSS")
    #expect(response.field("X-Influxdb-Version") == "v2.9.1")
    #expect(response.field("Content-Type") == "application/json; charset=utf-8")
  }
  #expect(bench.send("GET", authorizationsPath, token: nil).field("WWW-Authenticate") == "Token realm=\"InfluxDB\"")
  #expect(bench.send("PUT", authorizationsPath).field("Allow") == "GET, POST")
}

@Test func howChangesEndIsToldWithTheReason() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  #expect(bench.changes == [nil])
  bench.store.isOutOfReach = true
  #expect(bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\"}").status == 503)
  bench.store.isOutOfReach = false
  #expect(bench.send("DELETE", "\(authorizationsPath)/\(id)").status == 204)
  #expect(bench.changes == [nil, .unavailable("canary-store-text"), nil])
}

@Test func filtersAreAnded() throws {
  let bench = try Bench(otherOrganization: true)
  try bench.token("op", .operatorPermissions)
  let first = try bench.create("one")
  let second = try bench.create("two")
  let user = bench.user.id
  #expect(bench.send("GET", authorizationsPath).names == ["one", "two"])
  #expect(bench.send("GET", authorizationsPath + "?authID=\(first)").names == ["one"])
  #expect(
    bench.send("GET", authorizationsPath + "?authID=\(first)&id=\(first)&token=one&userID=\(user)").names == ["one"])
  #expect(bench.send("GET", authorizationsPath + "?authID=\(second)&token=one").status == 404)
  #expect(bench.send("GET", authorizationsPath + "?user=mio&org=plant").names == ["one", "two"])
  #expect(bench.send("GET", authorizationsPath + "?user=ann").names == [])
  #expect(bench.send("GET", authorizationsPath + "?org=other").names == [])
  #expect(bench.send("GET", authorizationsPath + "?org=other&token=one").status == 404)
  #expect(bench.send("GET", authorizationsPath + "?user=nobody").member("message") == "user not found")
  #expect(
    bench.send("GET", authorizationsPath + "?token=one&org=no").member("message")
      == "organization name \"no\" not found")
  // The order in which the real server reads them.
  #expect(
    bench.send("GET", authorizationsPath + "?id=zzzzzzzzzzzzzzzz&userID=1").member("message")
      == "id must have a length of 16 bytes"
  )
}

@Test func declaredLoginsAreShownAndNotChanged() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let login = DeclaredLogin(name: "telegraf", passwordHash: "$2b$04$canary-hash", writes: ["metrics"])
  try bench.registry.load(declaring: [
    login.authorization(organizationID: bench.organization.id, userID: bench.user.id, loadedAt: 0)
  ])
  let item = "\(authorizationsPath)/\(login.id)"
  #expect(bench.send("GET", authorizationsPath + "?token=telegraf").names == ["telegraf"])
  for response in [
    bench.send("PATCH", item, "{\"status\":\"inactive\"}"), bench.send("DELETE", item),
    bench.send("POST", item + "/password", "{\"password\":\"long enough\"}"),
  ] {
    #expect(response.status == 403)
    #expect(response.member("message") == "declared in the configuration file")
  }
  #expect(bench.send("POST", authorizationsPath, bench.body("telegraf", "\"name\":\"metrics/*\"")).status == 422)
}

@Test func noAnswerHoldsAHash() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  #expect(
    bench.send("POST", "\(authorizationsPath)/\(id)/password", "{\"password\":\"canary-password\"}").status == 204)
  #expect(bench.registry.snapshot.authorization(named: "one")?.passwordHash == "$2b$04$15")
  for target in [authorizationsPath, "\(authorizationsPath)/\(id)", authorizationsPath + "?token=one"] {
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
    bench.send("POST", authorizationsPath, bench.body("two", "\"name\":\"m/*\"")),
    bench.send("DELETE", "\(authorizationsPath)/\(id)"),
    bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\"}"),
    bench.send("POST", "\(authorizationsPath)/\(id)/password", "{\"password\":\"long enough\"}"),
  ] {
    #expect(response.status == 503)
    #expect(response.field("Retry-After") == "1")
    #expect(!String(decoding: response.body, as: UTF8.self).contains("canary-store-text"))
  }
  #expect(bench.send("GET", authorizationsPath).names == ["one"])
  #expect(bench.registry.snapshot.authorization(named: "one")?.status == .active)
}

@Test func whatIsGoneFromTheDirectoryIsShownWithEmptyNames() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("one")
  bench.directory.publish(.empty)
  let shown = bench.send("GET", "\(authorizationsPath)/\(id)")
  #expect(shown.status == 200)
  #expect(shown.member("org") == "")
  #expect(shown.member("user") == "")
  // While nothing is known nothing is made.
  #expect(bench.send("POST", authorizationsPath, bench.body("two", "\"name\":\"m/*\"")).status == 503)
  #expect(bench.send("GET", "/api/v2/orgs").status == 503)
}
