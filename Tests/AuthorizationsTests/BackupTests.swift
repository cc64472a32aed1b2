// A copy of the store holds what was stored: the backup of one in use, and the file alone of one that is idle.

import Glibc
import Testing

@testable import Authorizations

@Test func backsUpAStoreInUse() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let stored = try [authorization(1, "a"), authorization(2, "b")]
  for one in stored { try store.apply(.insertAuthorization(one)) }
  let before = umask(0)
  defer { umask(before) }
  try SQLiteAuthorizationStore.backUp(folder.file("s.db"), to: folder.file("copy.db"))
  #expect(mode(folder.file("copy.db")) == 0o600)
  // One file, which needs nothing beside it.
  #expect(folder.names.filter { $0.hasPrefix("copy") } == ["copy.db"])
  // The original goes on, and the copy is not touched by it.
  try store.apply(.insertAuthorization(authorization(3, "c")))
  #expect(Set(try SQLiteAuthorizationStore(path: folder.file("copy.db")).load().authorizations) == Set(stored))
}

@Test func backupOverwritesNothingAndMakesNoStore() throws {
  let folder = try ScratchFolder()
  let path = folder.file("s.db")
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore.backUp(path, to: folder.file("copy.db")) }
  #expect(folder.names.isEmpty)
  try SQLiteAuthorizationStore(path: path).apply(.insertAuthorization(authorization(1, "a")))
  let other = folder.file("other")
  close(open(other, O_WRONLY | O_CREAT, 0o644))
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore.backUp(path, to: other) }
  var status = stat()
  #expect(stat(other, &status) == 0 && status.st_size == 0)
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore.backUp(path, to: path) }
  #expect(try SQLiteAuthorizationStore(path: path).load().authorizations.count == 1)
  // What is no store is not copied as one.
  chmod(other, 0o600)
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore.backUp(other, to: folder.file("copy.db")) }
  #expect(!folder.names.contains("copy.db"))
}

@Test func fileAloneIsWholeOnceTheStoreIsIdle() throws {
  let folder = try ScratchFolder()
  let (path, moved) = (folder.file("s.db"), folder.file("moved.db"))
  let store = try SQLiteAuthorizationStore(path: path)
  let other = try SQLiteAuthorizationStore(path: path)
  try store.apply(.insertAuthorization(authorization(1, "a")))
  try other.apply(.insertAuthorization(authorization(2, "b")))
  func stored() throws -> Int {
    try copy(path, moved)
    return try SQLiteAuthorizationStore(path: moved).load().authorizations.count
  }
  // The first look finds that something changes, the second that nothing does any more.
  try store.foldInLog()
  try store.foldInLog()
  #expect(try stored() == 2)
  try other.apply(.deleteAuthorization(.test(2)))
  try store.foldInLog()
  try store.foldInLog()
  #expect(try stored() == 1)
}

@Test func failuresNameTheStoreOnce() throws {
  let folder = try ScratchFolder()
  let path = folder.file("no/s.db")
  do {
    _ = try SQLiteAuthorizationStore(path: path)
    Issue.record("there is no folder")
  } catch {
    #expect(error.description == "store \(path): No such file or directory")
  }
  let junk = folder.file("junk")
  let descriptor = open(junk, O_WRONLY | O_CREAT, 0o600)
  _ = write(descriptor, "no database at all, but longer than its head", 44)
  close(descriptor)
  do {
    _ = try SQLiteAuthorizationStore(path: junk)
    Issue.record("it is no database")
  } catch {
    #expect(error.description == "store \(junk): file is not a database (SQLite code 26)")
  }
}
