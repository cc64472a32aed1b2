// A copy of the store that is whole, and the log beside it folded in.

import CSQLite
import Glibc

extension SQLiteAuthorizationStore {
  /// Copies a store, which others may use meanwhile, into a new file of mode 0600. The copy is one file, durable on return.
  ///
  /// - Throws: where there is no store, where something stands at `destination`, which is left alone, or where the copy
  ///   cannot be made: then nothing of it remains.
  public static func backUp(_ path: String, to destination: String) throws(StoreError) {
    guard access(path, F_OK) == 0 else { throw .unavailable("store \(path): \(String(cString: strerror(errno)))") }
    let source = try SQLiteConnection(path: path, busyMilliseconds: 5_000)
    guard try source.integer("PRAGMA application_id") == SQLiteSchema.applicationID else {
      throw source.unavailable("not gatehouse's")
    }
    let made = open(destination, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard made >= 0 else { throw .unavailable("backup \(destination): \(String(cString: strerror(errno)))") }
    close(made)
    do throws(StoreError) {
      let copy = try SQLiteConnection(path: destination, busyMilliseconds: 5_000)
      try copy.take(source)
      // The original's mode would leave files beside the copy.
      try copy.execute("PRAGMA journal_mode = DELETE")
      SQLiteConnection.syncDirectory(of: destination)
      guard try copy.text("PRAGMA integrity_check") == "ok" else { throw copy.unavailable("the copy is damaged") }
    } catch {
      for suffix in ["", "-wal", "-shm", "-journal"] { unlink(destination + suffix) }
      throw error
    }
  }

  /// How far the store has changed, by this connection and by others.
  struct Age: Equatable {
    var changedRows: Int64
    var version: Int64
  }

  /// Folds the log that SQLite writes beside the file into the file, as far as that can be done without waiting, where
  /// nothing has changed since the last call: so that an idle store is whole in its one file, and a busy one is not
  /// synced more often than it must.
  public func foldInLog() throws(StoreError) {
    let age = Age(changedRows: connection.allChangedRows, version: try currentVersion())
    guard age != foldedAge else { return }
    defer { seenAge = age }
    if age == seenAge, try connection.checkpoint() { foldedAge = age }
  }
}
