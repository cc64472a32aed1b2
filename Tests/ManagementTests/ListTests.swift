// Long lists in pieces, and passwords that are hashed while others are answered.

import Testing

@testable import Authorizations
@testable import Management

private let prefix = "/legacy/authorizations"

@Test func aLongListComesInPiecesOfOneMoment() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for number in 0..<300 { _ = try bench.create("login-\(number)") }
  let request = ManagementRequest(method: "GET", path: prefix, authorization: "Token op")
  guard case .response(let response) = bench.service.answer(request) else { throw StoreError.notFound }
  #expect(response.body.count < 40_000)
  var rest = try #require(response.rest)
  bench.registry.snapshot.authorizations.values.forEach {
    try? bench.registry.deleteAuthorization($0.id, by: .test)
  }
  var pieces = [response.body]
  while !rest.isComplete { pieces.append(rest.next()) }
  #expect(pieces.count > 2 && pieces.allSatisfy { $0.count < 40_000 })
  #expect(rest.next().isEmpty)
  let whole = ManagementResponse(status: 200, fields: [], body: Array(pieces.joined()))
  #expect(whole.names == (0..<300).map { "login-\($0)" })
  #expect(bench.send("GET", prefix).names == [])
}

/// Nothing of what was looked at belongs into the list: pieces may be empty, and no comma goes astray.
@Test func aLongListOfFewIsWellFormed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for number in 0..<2_500 {
    let owner = number % 1_200 == 7 ? bench.user.id : try #require(Identifier(5))
    _ = try bench.registry.createAuthorization(by: .test) { id, time in
      Authorization(
        id: id, token: "login-\(number)", organizationID: bench.organization.id, userID: owner, permissions: [],
        createdAt: time, updatedAt: time)
    }
  }
  #expect(bench.send("GET", prefix + "?userID=\(bench.user.id)").names == ["login-7", "login-1207", "login-2407"])
  #expect(bench.send("GET", prefix + "?userID=0000000000000009").names == [])
}

@Test func aPasswordIsNotSetWhereItsLoginWentWhileItWasHashed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("a")
  let request = ManagementRequest(
    method: "POST", path: "\(prefix)/\(id)/password", authorization: "Token op",
    body: Array("{\"password\":\"long enough\"}".utf8))
  let gone = bench.answer(request) {
    try? bench.registry.deleteAuthorization(Identifier(parsing: id), by: .test)
  }
  #expect(gone.status == 404)
  // One call, one record.
  #expect(bench.audited.filter { $0.operation == .setPassword }.map(\.status) == [404])
}

@Test func aPasswordIsSetBesideWhatChangedWhileItWasHashed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("a")
  let request = ManagementRequest(
    method: "POST", path: "\(prefix)/\(id)/password", authorization: "Token op",
    body: Array("{\"password\":\"long enough\"}".utf8))
  let set = bench.answer(request) { _ = bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}") }
  let login = try #require(bench.registry.snapshot.authorization(named: "a"))
  #expect(set.status == 204 && login.status == .inactive && login.passwordHash != nil)
}

@Test(arguments: [(NewPassword.failed, 500), (.refused, 503)])
func aPasswordThatIsNotHashedChangesNothing(became: NewPassword, status: Int) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("a")
  let request = ManagementRequest(
    method: "POST", path: "\(prefix)/\(id)/password", authorization: "Token op",
    body: Array("{\"password\":\"long enough\"}".utf8))
  guard case .response(let response) = bench.service.answer(request, newPassword: became) else {
    throw StoreError.notFound
  }
  #expect(response.status == status)
  #expect(bench.registry.snapshot.authorization(named: "a")?.passwordHash == nil)
}
