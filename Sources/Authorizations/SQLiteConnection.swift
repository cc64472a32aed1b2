// One connection to an SQLite file: opening it safely, running statements, transactions.

import Formats
import CSQLite
import Glibc

/// Used from one thread at a time. Errors carry SQLite's own message, which names tables and columns, never values.
final class SQLiteConnection {
  private let handle: OpaquePointer
  private let path: String
  private let busyMilliseconds: Int32
  /// The last attempt to write waited for another writer until the end.
  private var hasWaitedInVain = false

  /// Milliseconds for which the next attempts wait then. One thread makes all changes, so that a lock that somebody keeps
  /// must not cost each of them the whole time.
  private static let busyMillisecondsAfterwards: Int32 = 50

  /// Opens `path`, making it with mode 0600 if it is not there. Fails where the file is open to others.
  init(path: String, busyMilliseconds: Int32) throws(StoreError) {
    try Self.prepareFile(path)
    var opened: OpaquePointer?
    // Without SQLITE_OPEN_CREATE: the file is there, with the mode that we gave it, which -wal and -shm inherit.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let result = sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let opened else {
      sqlite3_close_v2(opened)
      throw Self.unavailable(path, String(cString: sqlite3_errstr(result)))
    }
    handle = opened
    self.path = path
    self.busyMilliseconds = busyMilliseconds
    sqlite3_busy_timeout(handle, busyMilliseconds)
  }

  deinit { sqlite3_close_v2(handle) }

  /// The path is looked at by name, not by opening it: closing a second descriptor of the file would drop the locks
  /// that another connection of this process holds (POSIX advisory locks).
  private static func prepareFile(_ path: String) throws(StoreError) {
    let made = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if made >= 0 {
      fchmod(made, 0o600)
      fsync(made)
      close(made)
      syncDirectory(of: path)
      return
    }
    guard errno == EEXIST else { throw unavailable(path, String(cString: strerror(errno))) }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw unavailable(path, String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unavailable(path, "not a regular file") }
    guard status.st_mode & 0o077 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw unavailable(path, "its mode \(mode) lets others read or write it; chmod 600 it first")
    }
  }

  /// A file that was just made has a durable name only then.
  static func syncDirectory(of path: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  func statement(_ sql: String) throws(StoreError) -> SQLiteStatement {
    var prepared: OpaquePointer?
    let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard result == SQLITE_OK, let prepared else { throw failure(result) }
    return SQLiteStatement(prepared, of: self)
  }

  /// Runs statements that take no values.
  func execute(_ sql: String) throws(StoreError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw failure(result) }
  }

  /// The first column of the first row.
  func integer(_ sql: String) throws(StoreError) -> Int64 {
    let query = try statement(sql)
    return try query.step() ? query.integer(0) : 0
  }

  func text(_ sql: String) throws(StoreError) -> String {
    let query = try statement(sql)
    return try query.step() ? query.text(0) : ""
  }

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  var changedRows: Int { Int(sqlite3_changes(handle)) }

  /// Whether the last call failed because another connection holds a lock.
  var isBusy: Bool { sqlite3_errcode(handle) & 0xff == SQLITE_BUSY }

  enum Transaction: String {
    /// One consistent view of everything.
    case reading = "BEGIN DEFERRED"
    /// Takes the write lock first, so that what is read within it cannot have moved when it is written.
    case writing = "BEGIN IMMEDIATE"
  }

  func transaction<Result>(
    _ kind: Transaction, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    do throws(StoreError) { try execute(kind.rawValue) } catch {
      if kind == .writing, isBusy { wait(inVain: true) }
      throw error
    }
    if kind == .writing { wait(inVain: false) }
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // After a full disk or an I/O error SQLite has rolled back by itself.
      if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Copies everything of another database into this one, in one piece: a writer meanwhile does not begin it anew.
  func take(_ source: SQLiteConnection) throws(StoreError) {
    guard let backup = sqlite3_backup_init(handle, "main", source.handle, "main") else {
      throw failure(sqlite3_errcode(handle))
    }
    let result = sqlite3_backup_step(backup, -1)
    let end = sqlite3_backup_finish(backup)
    guard result == SQLITE_DONE, end == SQLITE_OK else { throw failure(end == SQLITE_OK ? result : end) }
  }

  /// Moves what the write-ahead log holds into the file; whether that was all. Waits for nobody: what another connection
  /// still reads stays.
  func checkpoint() throws(StoreError) -> Bool {
    var (frames, moved): (Int32, Int32) = (-1, -1)
    let result = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved)
    if result & 0xff == SQLITE_BUSY || result & 0xff == SQLITE_LOCKED { return false }
    guard result == SQLITE_OK else { throw failure(result) }
    return frames == moved
  }

  /// Rows that this connection changed since it was opened.
  var allChangedRows: Int64 { sqlite3_total_changes64(handle) }

  private func wait(inVain: Bool) {
    guard inVain != hasWaitedInVain else { return }
    hasWaitedInVain = inVain
    let shorter = min(busyMilliseconds, Self.busyMillisecondsAfterwards)
    sqlite3_busy_timeout(handle, inVain ? shorter : busyMilliseconds)
  }

  // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY: macros of a form that Swift does not import.
  private static let uniqueViolation = SQLITE_CONSTRAINT | 8 << 8
  private static let primaryKeyViolation = SQLITE_CONSTRAINT | 6 << 8

  func failure(_ result: Int32) -> StoreError {
    switch result {
    case Self.uniqueViolation: .nameTaken
    case Self.primaryKeyViolation: .identifierTaken
    default: unavailable("\(String(cString: sqlite3_errmsg(handle))) (SQLite code \(result))")
    }
  }

  /// The one form of such a text: it names the file, so that nobody has to put it before.
  func unavailable(_ text: String) -> StoreError { Self.unavailable(path, text) }

  private static func unavailable(_ path: String, _ text: String) -> StoreError {
    .unavailable("store \(path): \(text)")
  }
}
