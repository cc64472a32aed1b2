// Long lists in pieces, and passwords that are hashed while others are answered.

import ManagementAPI
import Testing

@testable import Authorizations
import Formats
@testable import Management

@Test func aLongListComesInPiecesOfOneMoment() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for number in 0..<300 { _ = try bench.create("login-\(number)") }
  let request = ManagementCall(method: "GET", path: authorizationsPath, authorization: "Token op")
  guard case .answer(let answer) = bench.service.answer(request) else { throw StoreError.notFound }
  #expect(answer.body.count < 40_000)
  var rest = answer.rest
  bench.registry.snapshot.authorizations.values.forEach {
    try? bench.registry.deleteAuthorization($0.id, by: .test)
  }
  var pieces = [answer.body]
  while let next = rest {
    let piece = next.made()
    pieces.append(piece.bytes)
    rest = piece.rest
  }
  #expect(pieces.count > 2 && pieces.allSatisfy { $0.count < 40_000 })
  let whole = ManagementAnswer(status: 200, fields: [], body: Array(pieces.joined()))
  #expect(whole.names == (0..<300).map { "login-\($0)" })
  #expect(bench.send("GET", authorizationsPath).names == [])
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
  #expect(
    bench.send("GET", authorizationsPath + "?userID=\(bench.user.id)").names == ["login-7", "login-1207", "login-2407"])
  #expect(bench.send("GET", authorizationsPath + "?userID=0000000000000009").names == [])
}

/// A script that asks for the inactive ones deletes what it is shown.
@Test func aListKeepsToStatusLimitOffsetAndOrder() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  for number in 0..<1_200 { _ = try bench.create("login-\(number)") }
  func names(_ query: String) -> [String]? { bench.send("GET", "\(authorizationsPath)?\(query)").names }
  let all = (0..<1_200).map { "login-\($0)" }
  for number in [3, 700, 1_100] {
    let id = try #require(bench.registry.snapshot.authorization(named: "login-\(number)")?.id)
    _ = bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\"}")
  }
  #expect(names("status=inactive") == ["login-3", "login-700", "login-1100"])
  #expect(names("status=inactive&descending=true") == ["login-1100", "login-700", "login-3"])
  #expect(names("status=inactive&limit=1&offset=1") == ["login-700"])
  #expect(names("status=active")?.count == 1_197)
  #expect(names("limit=2") == ["login-0", "login-1"])
  #expect(names("limit=1200") == all && names("limit=5000") == all && names("") == all)
  #expect(names("offset=1199") == ["login-1199"] && names("offset=1200") == [] && names("offset=9999999999999") == [])
  #expect(names("descending=true") == all.reversed() && names("descending=false") == all)
  #expect(names("descending=true&limit=3&offset=600") == ["login-599", "login-598", "login-597"])
  #expect(names("token=login-3&status=inactive") == ["login-3"])
  #expect(bench.send("GET", "\(authorizationsPath)?token=login-3&status=active").status == 404)
  // Empty counts as absent, and what else there may be is ignored, as recorded.
  #expect(names("limit=&status=&descending=&after=x&sortBy=name") == all)
}

@Test(arguments: [
  "status=off", "limit=0", "limit=-1", "limit=x", "limit=99999999999999999999", "offset=-1", "offset=x",
  "descending=yes",
])
func aListRefusesWhatSaysNothing(query: String) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let refused = bench.send("GET", "\(authorizationsPath)?\(query)")
  #expect(refused.status == 400 && refused.member("code") == "invalid")
}

@Test func aPasswordIsNotSetWhereItsLoginWentWhileItWasHashed() throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("a")
  let request = passwordCall(for: id)
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
  let request = passwordCall(for: id)
  let set = bench.answer(request) {
    _ = bench.send("PATCH", "\(authorizationsPath)/\(id)", "{\"status\":\"inactive\"}")
  }
  let login = try #require(bench.registry.snapshot.authorization(named: "a"))
  #expect(set.status == 204 && login.status == .inactive && login.passwordHash != nil)
}

@Test(arguments: [(NewPassword.failed, 500), (.refused, 503)])
func aPasswordThatIsNotHashedChangesNothing(became: NewPassword, status: Int) throws {
  let bench = try Bench()
  try bench.token("op", .operatorPermissions)
  let id = try bench.create("a")
  let request = passwordCall(for: id)
  guard case .answer(let answer) = bench.service.answer(request, newPassword: became) else {
    throw StoreError.notFound
  }
  #expect(answer.status == status)
  #expect(bench.registry.snapshot.authorization(named: "a")?.passwordHash == nil)
}

private func passwordCall(for id: String) -> ManagementCall {
  ManagementCall(
    method: "POST", path: "\(authorizationsPath)/\(id)/password", authorization: "Token op",
    body: Array("{\"password\":\"long enough\"}".utf8))
}
