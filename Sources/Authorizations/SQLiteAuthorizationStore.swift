// Authorizations and tokens in an SQLite file beside the server: durable when a change returns.

import Formats
import Glibc
public import Threading

/// Several processes may open the file at once: the server, and command lines beside it.
public final class SQLiteAuthorizationStore: AuthorizationStore {
  let connection: SQLiteConnection
  let objects: SQLiteRows
  private let dataVersion: SQLiteStatement
  private var lookedAt = Instant.start
  /// Between two looks at the file, which tells nobody that it was changed.
  private static let lookInterval = Interval.milliseconds(250)
  let lastNumber: SQLiteStatement
  /// `PRAGMA data_version` when everything was last loaded; it moves with other connections' changes, never our own.
  var loadedVersion: Int64?
  /// The newest row of `changes` when everything was last loaded or taken in.
  var loadedChange: Int64 = 0
  /// As it was at the last look, and when the log was last folded in.
  var seenAge: Age?
  var foldedAge: Age?
  private let path: String
  private let identity: FileIdentity?

  /// Opens or makes the store.
  ///
  /// - Parameters:
  ///   - busyMilliseconds: how long to wait for another process that is writing.
  ///   - migrates: whether a store of an older schema version is brought to the newest; otherwise it is refused.
  public convenience init(path: String, busyMilliseconds: Int = 5_000, migrates: Bool = true) throws(StoreError) {
    try self.init(path: path, busyMilliseconds: busyMilliseconds, schema: .current, migrates: migrates)
  }

  /// `version`: nil for the newest of `schema`.
  init(
    path: String, busyMilliseconds: Int = 5_000, schema: SQLiteSchema, version: Int? = nil, migrates: Bool = true
  ) throws(StoreError) {
    connection = try SQLiteConnection(path: path, busyMilliseconds: Int32(clamping: busyMilliseconds))
    objects = SQLiteRows(connection: connection)
    try Self.useWriteAheadLog(connection, attempts: max(1, busyMilliseconds / 10))
    // FULL: the log is synced before a commit returns. secure_delete: a removed hash leaves nothing in free pages.
    try connection.execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;")
    let version = version ?? schema.migrations.count
    if !migrates, try connection.integer("PRAGMA user_version") != version {
      throw connection.unavailable("of another schema version; `gatehouse serve` brings it to the newest")
    }
    try schema.migrate(connection, to: version)
    dataVersion = try connection.statement("PRAGMA data_version")
    lastNumber = try connection.statement("SELECT max(number) FROM changes")
    self.path = path
    identity = FileIdentity(of: path)
  }

  /// SQLite goes on writing into a file that was deleted or replaced under it: what it acknowledged would be gone at the
  /// next start.
  private func requireSameFile() throws(StoreError) {
    guard let identity, FileIdentity(of: path) == identity else {
      throw connection.unavailable("the file was deleted or replaced; restart to use what is there now")
    }
  }

  /// SQLite does not wait for a lock when the journal mode changes, so two first starts at once have to try again.
  private static func useWriteAheadLog(_ connection: SQLiteConnection, attempts: Int) throws(StoreError) {
    for attempt in 1...attempts {
      do throws(StoreError) {
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
          throw connection.unavailable("this file system cannot hold a write-ahead log")
        }
        return
      } catch {
        guard connection.isBusy, attempt < attempts else { throw error }
        usleep(10_000)
      }
    }
  }

  public func load() throws(StoreError) -> StoreContents {
    let (contents, version, change) = try connection.transaction(.reading) {
      () throws(StoreError) -> (StoreContents, Int64, Int64) in
      (
        StoreContents(authorizations: try objects.authorizations(), tokens: try objects.tokens()), try currentVersion(),
        try lastChange()
      )
    }
    (loadedVersion, loadedChange) = (version, change)
    return contents
  }

  public func mayHaveChanged(at now: Instant) -> Bool {
    guard now - lookedAt >= Self.lookInterval else { return false }
    lookedAt = now
    return true
  }

  public func changedElsewhere() throws(StoreError) -> Bool {
    try requireSameFile()
    return try currentVersion() != loadedVersion
  }

  func currentVersion() throws(StoreError) -> Int64 {
    try dataVersion.bind([])
    let version = try dataVersion.step() ? dataVersion.integer(0) : 0
    // Left on its row, the statement would hold a read transaction open and keep the log from being folded in.
    try dataVersion.bind([])
    return version
  }

  public func apply(_ changes: [StoreChange]) throws(StoreError) {
    guard !changes.isEmpty else { return }
    try requireSameFile()
    let last = try connection.transaction(.writing) { () throws(StoreError) -> Int64 in
      for change in changes { try make(change) }
      return try lastChange()
    }
    // Unless another process made one before them, which is still to be taken in.
    if last == loadedChange + Int64(changes.count) { loadedChange = last }
  }

  private func make(_ change: StoreChange) throws(StoreError) {
    switch change {
    case .insertAuthorization(let authorization): try objects.insert(authorization)
    case .updateAuthorization(let authorization): try objects.update(authorization)
    case .deleteAuthorization(let id): try objects.delete(id, from: "authorizations")
    case .insertToken(let token): try objects.insert(token)
    case .updateToken(let token): try objects.update(token)
    case .deleteToken(let id): try objects.delete(id, from: "tokens")
    }
  }
}
