// The store under two users at once and under sudden death.

import Glibc
import Testing
import Threading

@testable import Authorizations
import Formats

@Test func seesChangesOfOthersButNotItsOwn() throws {
  let folder = try ScratchFolder()
  let one = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  _ = try one.load()
  #expect(try !one.changedElsewhere())
  try one.apply(.insertAuthorization(authorization(1, "a")))
  #expect(try !one.changedElsewhere())
  try other.apply(.insertAuthorization(authorization(2, "b")))
  // A change of its own in between hides nothing.
  try one.apply(.insertAuthorization(authorization(3, "c")))
  #expect(try one.changedElsewhere())
  #expect(try one.load().authorizations.map(\.token) == ["a", "b", "c"])
  #expect(try !one.changedElsewhere())
}

@Test func aStoreThatIsLockedTooLongIsUnavailable() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"), busyMilliseconds: 1)
  let other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  try store.apply(.insertToken(token(1)))
  try other.connection.execute("BEGIN IMMEDIATE")
  #expect(throws: StoreError.self) { try store.apply(.insertToken(token(2))) }
  try other.connection.execute("ROLLBACK")
  try store.apply(.insertToken(token(2)))
  #expect(try other.load().tokens.count == 2)
}

@Test func onlyTheFirstWaitsForALockThatIsKept() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"), busyMilliseconds: 60)
  let other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  #expect(try store.connection.integer("PRAGMA busy_timeout") == 60)
  try other.connection.execute("BEGIN IMMEDIATE")
  for number in 1...2 as ClosedRange<UInt64> {
    #expect(throws: StoreError.self) { try store.apply(.insertToken(token(number))) }
    #expect(try store.connection.integer("PRAGMA busy_timeout") == 50)
  }
  try other.connection.execute("ROLLBACK")
  try store.apply(.insertToken(token(3)))
  #expect(try store.connection.integer("PRAGMA busy_timeout") == 60)
}

/// What a `kill -9` leaves is what the files hold at that moment: copies of them, taken after each acknowledgement
/// while the store is open, must hold everything acknowledged.
@Test func whatWasAcknowledgedSurvivesSuddenDeath() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  for index in 1...40 as ClosedRange<UInt64> {
    try store.apply(.insertAuthorization(authorization(index, "login \(index)")))
    for suffix in ["", "-wal"] { try copy(folder.file("s.db\(suffix)"), folder.file("dead.db\(suffix)")) }
    let found = try SQLiteAuthorizationStore(path: folder.file("dead.db")).load().authorizations
    #expect(found.count == Int(index))
    #expect(found.last == (try authorization(index, "login \(index)")))
    for suffix in ["", "-wal", "-shm"] { unlink(folder.file("dead.db\(suffix)")) }
  }
}

@Test func storesThatAreMadeAndChangedAtOnceLoseNothing() async throws {
  let folder = try ScratchFolder()
  let path = folder.file("s.db")
  let failures = await withTaskGroup(of: String?.self) { group in
    for worker in 0..<4 as Range<UInt64> {
      group.addTask { changeManyTimes(path, worker) }
    }
    return await group.reduce(into: []) { $0.append($1) }
  }
  #expect(failures == [nil, nil, nil, nil])
  #expect(try SQLiteAuthorizationStore(path: path).load().authorizations.count == 200)
}

private func changeManyTimes(_ path: String, _ worker: UInt64) -> String? {
  do {
    let store = try SQLiteAuthorizationStore(path: path, busyMilliseconds: 60_000)
    for index in 1...50 as ClosedRange<UInt64> {
      try store.apply(.insertAuthorization(authorization(worker * 1000 + index, "\(worker)-\(index)")))
      _ = try store.allot(["a", "b"], kind: "bucket")
    }
    return nil
  } catch {
    return "\(error)"
  }
}

@Test func identifiersOfNamesStayUntilTheyAreForgotten() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let first = try store.allot(["m/a", "m/b", "\u{e9}", "e\u{301}"], kind: "bucket")
  #expect(Set(first).count == 4)
  #expect(try store.allot(["e\u{301}", "m/b", "m/a", "\u{e9}"], kind: "bucket") == [3, 1, 0, 2].map { first[$0] })
  // Another kind is another name space.
  #expect(try store.allot(["m/a"], kind: "user") != [first[0]])
  // Also seen by another process, and kept.
  let other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  #expect(try other.allot(["m/b"], kind: "bucket") == [first[1]])
  try other.forget([first[0]])
  let again = try store.allot(["m/a", "m/b"], kind: "bucket")
  #expect(again[0] != first[0] && again[1] == first[1])
  #expect(try store.allot([], kind: "bucket") == [])
  #expect(try store.allot(["m/b", "m/b"], kind: "bucket").count == 2)
}

/// Two gateways before different upstreams may share a store.
@Test func whoHasAnotherDirectoryTakesNoIdentifierAway() throws {
  let folder = try ScratchFolder()
  let one = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let mine = try one.allot(["plant/autogen"], kind: "bucket")
  let theirs = try other.allot(["office/autogen"], kind: "bucket")
  #expect(mine != theirs)
  #expect(try one.allot(["plant/autogen"], kind: "bucket") == mine)
  #expect(try other.allot(["office/autogen"], kind: "bucket") == theirs)
}

@Test func registriesThatChangeOneLoginAtOnceLoseNoChange() async throws {
  let folder = try ScratchFolder()
  let path = folder.file("s.db")
  let first = try authorization(1, "shared")
  try SQLiteAuthorizationStore(path: path).apply(.insertAuthorization(first))
  let failures = await withTaskGroup(of: String?.self) { group in
    for worker in 0..<3 { group.addTask { updateManyTimes(path, first.id, worker) } }
    return await group.reduce(into: []) { $0.append($1) }
  }
  #expect(failures == [nil, nil, nil])
  let last = try #require(try SQLiteAuthorizationStore(path: path).load().authorizations.first)
  #expect(last.revision == first.revision + 300)
  #expect(last.description.utf8.count == first.description.utf8.count + 300)
}

/// Each change builds on the one before it, whoever made that.
private func updateManyTimes(_ path: String, _ id: Identifier, _ worker: Int) -> String? {
  do {
    let store = try SQLiteAuthorizationStore(path: path, busyMilliseconds: 60_000)
    let registry = AuthorizationRegistry(store: store, publication: Publication(.empty), now: { 0 })
    try registry.load()
    for _ in 0..<100 { try registry.updateAuthorization(id, by: .test) { $0.description += "\(worker)" } }
    return nil
  } catch {
    return "\(error)"
  }
}

@Test func acknowledgesNothingIntoAFileThatIsGone() throws {
  let folder = try ScratchFolder()
  let path = folder.file("s.db")
  let store = try SQLiteAuthorizationStore(path: path)
  try store.apply(.insertToken(token(1)))
  unlink(path)
  #expect(throws: StoreError.self) { try store.apply(.insertToken(token(2))) }
  #expect(throws: StoreError.self) { try store.changedElsewhere() }
  // Another file in its place is not the store either.
  _ = try SQLiteAuthorizationStore(path: path)
  #expect(throws: StoreError.self) { try store.apply(.insertToken(token(3))) }
}
