// Permissions on what is not there: told with the extensions, kept by name where that is wanted (issue 10, B8).

import Authorizations
import Formats
import Testing
import ManagementAPI

@testable import Management

private let prefix = "/private/legacy/authorizations"

@Test func databasesThatAreNotThereAreToldWithTheExtensionsAlone() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  func create(_ name: String, _ bucket: String, _ query: String) -> ManagementAnswer {
    bench.send("POST", prefix + query, bench.body(name, "\"name\":\"\(bucket)\""))
  }
  // As the published API, which keeps the pattern.
  #expect(create("plain", "nope/*", "").status == 201)
  let told = create("told", "nope/*", "?extensions=true")
  #expect(told.status == 404 && told.member("message")?.contains("database \"nope\" not found") == true, "\(told.body)")
  #expect(create("there", "metrics/*", "?extensions=true").status == 201)
  for query in ["", "?extensions=true", "?allowMissing=true"] {
    #expect(create("policy", "metrics/nope", query).status == 404)
  }
  let kept = create("kept", "metrics/nope", "?extensions=true&allowMissing=true")
  #expect(kept.status == 201, "\(kept.status)")
  #expect(create("kept too", "nope/*", "?extensions=true&allowMissing=true").status == 201)
  // By its name, so that it means what is made later.
  let resource = bench.registry.snapshot.authorization(named: "kept")?.permissions.first?.resource
  #expect(resource?.name == "metrics/nope" && resource?.id == nil)
  // Nobody hands out what he does not hold, whether it is there or not.
  try bench.token(
    "small",
    [
      Permission(.write, Resource(type: .authorizations)), Permission(.write, Resource(type: .users)),
    ])
  let refused = bench.send(
    "POST", prefix + "?extensions=true&allowMissing=true", bench.body("more", "\"name\":\"nope/*\""), token: "small")
  #expect(refused.status == 403, "\(refused.status)")
}
