// Dates and rotations over the API: an extension that the published shapes do not show unless asked for.

import Authorizations
import ManagementAPI
import Testing

@testable import Management

private let prefix = "/private/legacy/authorizations"

private func bench() throws -> Bench {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  return bench
}

@Test func datesAreShownOnlyWhenAskedFor() throws {
  let bench = try bench()
  let body = bench.body("one", "\"name\":\"metrics/*\"").dropLast() + ",\"expiresAt\":\"2027-01-31T12:00:00+01:00\"}"
  let plain = bench.send("POST", prefix, String(body))
  #expect(plain.status == 201 && plain.member("expiresAt") == nil)
  let id = try #require(plain.member("id"))
  // Not asked for, the member has no effect, as every unknown one.
  #expect(bench.registry.snapshot.authorization(named: "one")?.expiresAt == nil)
  let dated = bench.send(
    "PATCH", "\(prefix)/\(id)?extensions=true", "{\"expiresAt\":\"2027-01-31T12:00:00.5+01:00\"}")
  #expect(dated.status == 200 && dated.member("expiresAt") == "2027-01-31T11:00:00.5Z")
  #expect(bench.send("PATCH", "\(prefix)/\(id)?extensions=true", "{}").member("expiresAt") != nil)
  #expect(bench.send("GET", "\(prefix)/\(id)").member("expiresAt") == nil)
  #expect(bench.send("GET", "\(prefix)/\(id)?extensions=true").member("expiresAt") == "2027-01-31T11:00:00.5Z")
  #expect(
    bench.send("PATCH", "\(prefix)/\(id)?extensions=true", "{\"expiresAt\":null}").member("expiresAt") == nil)
  for wrong in ["\"\"", "\"tomorrow\"", "1", "\"2027-02-29T00:00:00Z\"", "\"2027-01-31\""] {
    let refused = bench.send("PATCH", "\(prefix)/\(id)?extensions=true", "{\"expiresAt\":\(wrong)}")
    #expect(refused.status == 400, "\(wrong)")
  }
}

@Test func thePasswordBeforeIsKeptOnlyWhenAskedFor() throws {
  let bench = try bench()
  let id = try bench.create("one")
  func set(_ password: String, _ more: String = "", extensions: Bool = true) -> Int {
    bench.send(
      "POST", "\(prefix)/\(id)/password\(extensions ? "?extensions=true" : "")",
      "{\"password\":\"\(password)\"\(more)}"
    ).status
  }
  let until = ",\"previousPasswordExpiresAt\":\"2027-01-31T12:00:00Z\""
  func login() -> Authorization? { bench.registry.snapshot.authorization(named: "one") }
  #expect(set("12345678", until) == 204)
  // There was none before.
  #expect(login()?.previousPassword == nil)
  #expect(set("123456789", until) == 204)
  #expect(login()?.previousPassword?.hash == "$2b$04$8" && login()?.passwordHash == "$2b$04$9")
  #expect(set("1234567890", until, extensions: false) == 204)
  #expect(login()?.previousPassword == nil)
  #expect(set("12345678901", ",\"previousPasswordExpiresAt\":7") == 400)
}

@Test func anExpiredTokenManagesNothing() throws {
  let bench = try bench()
  try bench.token("old", .operatorPermissions, expiresAt: 1_767_323_045_678_900_000)
  try bench.token("young", .operatorPermissions, expiresAt: 1_767_323_045_678_900_001)
  #expect(bench.send("GET", prefix, token: "old").status == 401)
  #expect(bench.send("GET", prefix, token: "young").status == 200)
}
