// When logins and tokens were last let in: to the minute, kept now and then, forgotten with what they are about.

import Testing
import Threading

@testable import Authorizations
import Formats

private let minute: Int64 = 60_000_000_000

@Test func usesAreKnownToTheMinuteAndNeverGoBack() throws {
  let uses = LastUses()
  let (id, other) = (try Identifier.test(5), try Identifier.test(6))
  #expect(uses.time(of: id) == nil)
  uses.note([id], at: 7 * minute + 1)
  uses.note([id], at: 6 * minute)
  #expect(uses.time(of: id) == 7 * minute)
  #expect(uses.takeUnsaved(atMost: 9).map(\.time) == [7 * minute])
  uses.note([id], at: 8 * minute - 1)
  #expect(uses.takeUnsaved(atMost: 9).isEmpty)
  uses.restore([id: 3 * minute, other: minute])
  #expect(uses.time(of: id) == 7 * minute && uses.time(of: other) == minute)
}

@Test func usesAreKeptInPartsAndGoWithTheirHolder() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  for id in 1...5 { try store.apply(.insertAuthorization(try authorization(UInt64(id), "\(id)"))) }
  try store.apply(.insertToken(try token(9)))
  let registry = AuthorizationRegistry(store: store, publication: Publication(.empty), now: { 0 })
  try registry.load()
  let uses = LastUses()
  uses.note(try (1...20).map { try .test($0) }, at: 3 * minute)
  var rounds = 0
  while try registry.keep(uses, atMost: 7) { rounds += 1 }
  // What is not in the store is not kept.
  #expect(rounds == 3)
  #expect(try Set(registry.lastUses().keys.map(\.rawValue)) == [1, 2, 3, 4, 5, 9])
  try registry.deleteAuthorization(try .test(2), by: .test)
  try registry.deleteToken(try .test(9), by: .test)
  #expect(try Set(registry.lastUses().keys.map(\.rawValue)) == [1, 3, 4, 5])
  // Nobody takes it for a change.
  #expect(try registry.pollForChangesElsewhere() == false)
}

/// Of one previous password: the next begins anew.
@Test func usesOfAPreviousPasswordAreKeptApartAndGoWithIt() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  for id in 1...3 { try store.apply(.insertAuthorization(try authorization(UInt64(id), "\(id)"))) }
  let registry = AuthorizationRegistry(store: store, publication: Publication(.empty), now: { 0 })
  try registry.load()
  let uses = LastUses()
  uses.note(try (1...3).map { try .test($0) }, at: 3 * minute)
  #expect(try registry.keep(uses, .previousPassword, atMost: 9))
  #expect(try registry.lastUses(.previousPassword).count == 3 && registry.lastUses().isEmpty)
  try registry.updateAuthorization(try .test(1), by: .test) { $0.description = "as before" }
  try registry.updateAuthorization(try .test(2), by: .test) {
    $0.previousPassword = PreviousPassword(hash: "$2b$04$x", expiresAt: 9)
  }
  try registry.deleteAuthorization(try .test(3), by: .test)
  #expect(try Set(registry.lastUses(.previousPassword).keys.map(\.rawValue)) == [1])
  uses.forget(try .test(1))
  #expect(uses.time(of: try .test(1)) == nil && uses.takeUnsaved(atMost: 9).isEmpty)
}
