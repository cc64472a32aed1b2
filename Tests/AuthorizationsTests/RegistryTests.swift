// The registry: store first, then published, then answered.

import TestStore
import Testing
import Threading

@testable import Authorizations
import Formats

private final class Bench {
  let folder: ScratchFolder
  let store: SQLiteAuthorizationStore
  let publication = Publication(AuthorizationSnapshot.empty)
  let registry: AuthorizationRegistry

  init() throws {
    folder = try ScratchFolder()
    store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    registry = AuthorizationRegistry(store: store, publication: publication, now: { 1_600_000_000_000_000_000 })
    try registry.load()
  }

  func create(_ name: String) throws -> Authorization {
    try registry.createAuthorization(by: .test) { id, time in
      Authorization(
        id: id, token: name, organizationID: id, userID: id, permissions: [], createdAt: time, updatedAt: time)
    }
  }
}

@Test func aChangeIsStoredAndPublishedWhenItReturns() throws {
  let bench = try Bench()
  let made = try bench.create("a")
  #expect(bench.publication.value.authorization(named: "a") == made)
  #expect(try bench.store.load().authorizations == [made])
  let changed = try bench.registry.updateAuthorization(made.id, by: .test) { $0.status = .inactive }
  #expect(changed.revision == made.revision + 1)
  #expect(bench.publication.value.authorization(named: "a")?.status == .inactive)
  try bench.registry.deleteAuthorization(made.id, by: .test)
  #expect(bench.publication.value.authorization(named: "a") == nil)
  #expect(throws: ChangeError.notFound) { try bench.registry.deleteAuthorization(made.id, by: .test) }
  #expect(throws: ChangeError.notFound) { try bench.registry.updateAuthorization(made.id, by: .test) { _ in } }
}

@Test func twoRegistriesOfOneStoreNeverOverwriteEachOther() throws {
  let bench = try Bench()
  let other = AuthorizationRegistry(
    store: try SQLiteAuthorizationStore(path: bench.folder.file("s.db")),
    publication: Publication(.empty), now: { 0 })
  try other.load()
  let made = try bench.create("a")
  // The other has not polled since: it must find the newest state by itself.
  try other.updateAuthorization(made.id, by: .test) { $0.description = "from the other" }
  let changed = try bench.registry.updateAuthorization(made.id, by: .test) { $0.status = .inactive }
  #expect(changed.description == "from the other")
  #expect(throws: ChangeError.nameTaken) {
    try other.createAuthorization(by: .test) { id, _ in
      Authorization(
        id: id, token: "a", organizationID: id, userID: id, permissions: [], createdAt: 0, updatedAt: 0)
    }
  }
  #expect(try other.pollForChangesElsewhere() == false)
  _ = try bench.create("b")
  #expect(try other.pollForChangesElsewhere())
  #expect(other.snapshot.authorization(named: "b") != nil)
}

@Test func declaredLoginsAreReadOnlyAndShadowStoredOnes() throws {
  let bench = try Bench()
  let stored = try bench.create("telegraf")
  let login = DeclaredLogin(name: "telegraf", passwordHash: "$2b$x", reads: ["metrics"], writes: ["logs/autogen"])
  let organization = try Identifier.test(5)
  let declared = login.authorization(organizationID: organization, userID: try .test(6), loadedAt: 7)
  #expect(
    declared.permissions.map(\.description) == [
      "read:orgs/0000000000000005/buckets/metrics/*", "write:orgs/0000000000000005/buckets/logs/autogen",
    ])
  try bench.registry.load(declaring: [declared])
  #expect(bench.publication.value.authorization(named: "telegraf")?.origin == .declared)
  #expect(bench.publication.value.isShadowed(stored))
  #expect(throws: ChangeError.readOnly) { try bench.registry.updateAuthorization(declared.id, by: .test) { _ in } }
  #expect(throws: ChangeError.readOnly) { try bench.registry.deleteAuthorization(declared.id, by: .test) }
  #expect(throws: ChangeError.nameTaken) { try bench.create("telegraf") }
  // A change to the stored one does not bring it back into reach, nor does its deletion take the declared one away.
  try bench.registry.updateAuthorization(stored.id, by: .test) { $0.status = .inactive }
  #expect(bench.publication.value.authorization(named: "telegraf")?.origin == .declared)
  try bench.registry.deleteAuthorization(stored.id, by: .test)
  #expect(bench.publication.value.authorization(named: "telegraf")?.origin == .declared)
}

@Test func aDeclaredLoginGetsANewRevisionExactlyWhenItChanged() throws {
  let bench = try Bench()
  var login = DeclaredLogin(name: "a", passwordHash: "$2b$one")
  let organization = try Identifier.test(5)
  func revision() throws -> UInt64? {
    try bench.registry.load(declaring: [
      login.authorization(organizationID: organization, userID: organization, loadedAt: .random(in: 0...9))
    ])
    return bench.registry.snapshot.authorization(named: "a")?.revision
  }
  let first = try revision()
  #expect(try revision() == first)
  login.passwordHash = "$2b$two"
  let second = try revision()
  #expect(second != first)
  try bench.registry.load(declaring: [])
  #expect(try revision() != second)
}

@Test func aWatchTellsWhetherItLooked() throws {
  let bench = try Bench()
  let other = try SQLiteAuthorizationStore(path: bench.folder.file("s.db"))
  let now = Instant.start + .seconds(1)
  #expect(try bench.registry.watchForChangesElsewhere(now: now))
  let made = try bench.create("a")
  var changed = made
  changed.status = .inactive
  changed.revision += 1
  try other.apply(.updateAuthorization(changed))
  #expect(try !bench.registry.watchForChangesElsewhere(now: now + .milliseconds(1)))
  #expect(bench.registry.snapshot.authorization(named: "a")?.status == .active)
  #expect(try bench.registry.watchForChangesElsewhere(now: now + .seconds(1)))
  #expect(bench.registry.snapshot.authorization(named: "a")?.status == .inactive)
}

@Test func aDeclarationThatCannotBeLoadedChangesNothingLaterEither() throws {
  let store = MemoryStore()
  let registry = AuthorizationRegistry(
    store: store, publication: Publication(.empty), now: { 1 })
  let organization = try Identifier.test(5)
  let declared = DeclaredLogin(name: "a", passwordHash: "$2b$").authorization(
    organizationID: organization, userID: organization, loadedAt: 1)
  store.isOutOfReach = true
  #expect(throws: ChangeError.unavailable(MemoryStore.outOfReachText)) { try registry.load(declaring: [declared]) }
  store.isOutOfReach = false
  try registry.load()
  #expect(registry.snapshot.authorizations.isEmpty)
}

@Test func declaredIdentifiersDependOnTheNameAlone() {
  let one = DeclaredLogin(name: "telegraf", passwordHash: "x")
  #expect(one.id == DeclaredLogin(name: "telegraf", passwordHash: "y", reads: ["a"]).id)
  #expect(one.id != DeclaredLogin(name: "telegrag", passwordHash: "x").id)
  #expect(one.id.description == "95f79e0be91300be")
}

@Test func tokensChangeTheSameWay() throws {
  let bench = try Bench()
  let made = try bench.registry.createToken(by: .test) { id, time in
    APIToken(
      id: id, salt: [1], digest: [2], organizationID: id, userID: id, permissions: [], createdAt: time,
      updatedAt: time)
  }
  #expect(bench.publication.value.tokens[made.id] == made)
  try bench.registry.updateToken(made.id, by: .test) { $0.status = .inactive }
  #expect(bench.publication.value.tokens[made.id]?.status == .inactive)
  try bench.registry.deleteToken(made.id, by: .test)
  #expect(bench.publication.value.tokens.isEmpty)
  #expect(throws: ChangeError.notFound) { try bench.registry.deleteToken(made.id, by: .test) }
}

@Test func snapshotsCompareNamesByTheirBytes() throws {
  let snapshot = AuthorizationSnapshot(
    revision: 1, authorizations: try [authorization(1, "\u{e9}"), authorization(2, "e\u{301}")], tokens: [])
  #expect(snapshot.authorization(named: "\u{e9}")?.id.rawValue == 1)
  #expect(snapshot.authorization(named: "e\u{301}")?.id.rawValue == 2)
  #expect(snapshot.authorization(named: [0xc3])?.id == nil)
}

@Test func aChangedTableLeavesItsOriginalAsItWas() {
  var table = ShardedTable<Int, String>()
  for key in 0..<1000 { table[key] = "\(key)" }
  let original = table
  table[5] = "changed"
  table[6] = nil
  table[6] = nil
  table[1000] = "new"
  #expect(table.count == 1000 && original.count == 1000)
  #expect(original[5] == "5" && original[6] == "6" && original[1000] == nil)
  #expect(table[5] == "changed" && table[6] == nil && table[1000] == "new")
  #expect(Set(original.values) == Set((0..<1000).map { "\($0)" }))
  #expect(ShardedTable<Int, Int>().isEmpty)
}

/// As an importer makes them.
@Test func tenThousandLoginsAreOneTransactionAndOnePublication() throws {
  let bench = try Bench()
  let observer = try SQLiteAuthorizationStore(path: bench.folder.file("s.db"))
  _ = try observer.load()
  let version = try observer.currentVersion()
  let generation = bench.publication.generation
  let made = try bench.registry.createAuthorizations(by: .test, batch((0..<10_000).map { "login-\($0)" }))
  #expect(made.count == 10_000 && bench.publication.generation == generation + 1)
  #expect(bench.publication.value.authorization(named: "login-9999") == made.last)
  // SQLite counts the transactions of others.
  #expect(try observer.currentVersion() == version + 1)
  #expect(try observer.load().authorizations.count == 10_000)
  #expect(try bench.registry.pollForChangesElsewhere() == false)
}

@Test func ofABatchWithOneThatFailsNothingIsMade() throws {
  let bench = try Bench()
  _ = try bench.create("taken")
  let generation = bench.publication.generation
  #expect(throws: ChangeError.nameTaken) {
    try bench.registry.createAuthorizations(by: .test, batch(["a", "taken", "b"]))
  }
  #expect(throws: ChangeError.nameTaken) { try bench.registry.createAuthorizations(by: .test, batch(["a", "a"])) }
  // Known to the store alone: it is refused within the transaction.
  let store = try SQLiteAuthorizationStore(path: bench.folder.file("s.db"))
  let changes = try [
    StoreChange.insertAuthorization(authorization(1, "a")), .deleteAuthorization(.test(99)),
    .insertAuthorization(authorization(2, "b")),
  ]
  #expect(throws: StoreError.notFound) { try store.apply(changes) }
  #expect(try store.load().authorizations.map(\.token) == ["taken"])
  #expect(bench.publication.generation == generation)
}
