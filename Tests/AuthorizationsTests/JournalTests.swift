// What is not written down is not done.

import Testing
import Threading

@testable import Authorizations
import Formats

private final class Journal: ChangeJournal {
  var intents: [ChangeIntent] = []
  var isOutOfReach = false
  /// What the store held when the intent came.
  var stored: [Int] = []
  var count: () -> Int = { 0 }

  func willMake(_ told: [ChangeIntent]) throws(ChangeError) {
    if isOutOfReach { throw .unrecorded("full") }
    intents += told
    stored.append(count())
  }
}

private final class Bench {
  let folder: ScratchFolder
  let store: SQLiteAuthorizationStore
  let journal = Journal()
  let registry: AuthorizationRegistry

  init() throws {
    folder = try ScratchFolder()
    store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    registry = AuthorizationRegistry(store: store, publication: Publication(.empty), journal: journal, now: { 7 })
    try registry.load()
    journal.count = { [store] in ((try? store.load().authorizations.count) ?? -1) }
  }

  func create(_ name: String) throws -> Authorization {
    try registry.createAuthorization(by: .test) { id, time in
      Authorization(
        id: id, token: name, organizationID: id, userID: id, permissions: [], createdAt: time, updatedAt: time)
    }
  }
}

@Test func everyChangeIsWrittenDownBeforeItIsMade() throws {
  let bench = try Bench()
  let made = try bench.create("a")
  let changed = try bench.registry.updateAuthorization(made.id, by: .test) { $0.status = .inactive }
  try bench.registry.deleteAuthorization(made.id, by: .test)
  #expect(bench.journal.stored == [0, 1, 1])
  #expect(bench.journal.intents.allSatisfy { $0.author == .test })
  let states = bench.journal.intents.map { intent -> [Authorization?] in
    if case .authorization(let before, let after) = intent.change { [before, after] } else { [] }
  }
  #expect(states == [[nil, made], [made, changed], [changed, nil]])
}

@Test func whatCannotBeWrittenDownIsNotDone() throws {
  let bench = try Bench()
  let made = try bench.create("a")
  bench.journal.isOutOfReach = true
  #expect(throws: ChangeError.unrecorded("full")) { try bench.create("b") }
  #expect(throws: ChangeError.unrecorded("full")) {
    try bench.registry.updateAuthorization(made.id, by: .test) { $0.status = .inactive }
  }
  #expect(throws: ChangeError.unrecorded("full")) { try bench.registry.deleteAuthorization(made.id, by: .test) }
  #expect(try bench.store.load().authorizations == [made])
  #expect(Array(bench.registry.snapshot.authorizations.values) == [made])
}

@Test func whatIsNotThereIsNotWrittenDown() throws {
  let bench = try Bench()
  #expect(throws: ChangeError.notFound) { try bench.registry.deleteAuthorization(.test(5), by: .test) }
  #expect(throws: ChangeError.notFound) { try bench.registry.deleteToken(.test(5), by: .test) }
  #expect(bench.journal.intents.isEmpty)
}

@Test func declaredLoginsAreReplacedOnlyWhenWrittenDown() throws {
  let bench = try Bench()
  let organization = try Identifier.test(5)
  func declare(_ names: [String], _ hash: String) throws {
    try bench.registry.load(
      declaring: names.map {
        DeclaredLogin(name: $0, passwordHash: hash).authorization(
          organizationID: organization, userID: organization, loadedAt: 1)
      }, by: .test)
  }
  try declare(["a", "b"], "one")
  #expect(bench.journal.intents.count == 2)
  try declare(["a", "b"], "one")
  #expect(bench.journal.intents.count == 2)
  try declare(["a"], "two")
  #expect(bench.journal.intents.count == 4)
  bench.journal.isOutOfReach = true
  #expect(throws: ChangeError.unrecorded("full")) { try declare([], "two") }
  #expect(bench.registry.snapshot.authorization(named: "a")?.passwordHash == "two")
}

@Test func everyChangeOfABatchIsWrittenDownBeforeAnyIsMade() throws {
  let bench = try Bench()
  let made = try bench.registry.createAuthorizations(by: .test, batch(["a", "b", "c"]))
  // Told at once, when nothing was stored.
  #expect(bench.journal.stored == [0])
  #expect(bench.journal.intents.count == 3 && made.map(\.token) == ["a", "b", "c"])
  bench.journal.isOutOfReach = true
  #expect(throws: ChangeError.unrecorded("full")) { try bench.registry.createAuthorizations(by: .test, batch(["d"])) }
  #expect(try bench.store.load().authorizations.count == 3)
}
