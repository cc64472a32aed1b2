// Tokens of the configuration file beside those of the store.

import Testing
import Threading

@testable import Authorizations
import Formats

private func directory() throws -> Directory {
  let (plant, other) = try (Identifier.test(10), Identifier.test(12))
  return Directory(
    organizations: [Organization(id: plant, name: "plant"), Organization(id: other, name: "other")],
    users: [
      User(id: try .test(11), name: "mio", organizationID: plant),
      User(id: try .test(13), name: "ann", organizationID: other),
    ], buckets: [], mappings: [])
}

private func declared(
  organization: String? = nil, user: String? = nil, permissions: [String]? = nil
) throws -> DeclaredToken {
  DeclaredToken(
    id: try .test(1 << 63 | 7), salt: [1], digest: [2], organization: organization, user: user,
    permissions: permissions)
}

@Test func aDeclaredTokenIsOfTheFirstOrganizationUnlessItSaysWhich() throws {
  let first = try declared().token(in: directory(), loadedAt: 5)
  #expect(first.organizationID.rawValue == 10 && first.userID.rawValue == 11 && first.permissions.areOperator)
  #expect(first.origin == .declared)
  let second = try declared(organization: "other", user: "ann", permissions: ["read:buckets/m"]).token(
    in: directory(), loadedAt: 5)
  #expect(second.permissions.map(\.description) == ["read:orgs/000000000000000c/buckets/m/*"])
  for wrong in [
    try declared(organization: "none"), try declared(user: "ann"), try declared(permissions: ["read:users/nobody"]),
  ] {
    #expect(throws: NameProblem.self) { try wrong.token(in: directory(), loadedAt: 5) }
  }
}

@Test func declaredTokensAreReadOnlyBesideStoredOnes() throws {
  let folder = try ScratchFolder()
  let registry = AuthorizationRegistry(
    store: try SQLiteAuthorizationStore(path: folder.file("s.db")), publication: Publication(.empty), now: { 7 })
  let token = try declared().token(in: directory(), loadedAt: 5)
  try registry.load(declaring: [], tokens: [token])
  let stored = try registry.createToken(by: .test) { id, time in
    APIToken(
      id: id, salt: [], digest: [], organizationID: token.organizationID, userID: token.userID, permissions: [],
      createdAt: time, updatedAt: time)
  }
  #expect(Set(registry.snapshot.tokens.values.map(\.id)) == [token.id, stored.id])
  #expect(throws: ChangeError.readOnly) { try registry.updateToken(token.id, by: .test) { $0.status = .inactive } }
  #expect(throws: ChangeError.readOnly) { try registry.deleteToken(token.id, by: .test) }
  let revision = registry.snapshot.tokens[token.id]?.revision
  try registry.load(declaring: [], tokens: [token])
  #expect(registry.snapshot.tokens[token.id]?.revision == revision)
  try registry.load(declaring: [])
  #expect(registry.snapshot.tokens[token.id] == nil)
}
