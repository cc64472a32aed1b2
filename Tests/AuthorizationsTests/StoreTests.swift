// The SQLite store: what goes in comes out, exactly, and nothing else touches it.

import Glibc
import Testing

@testable import Authorizations

@Test func givesBackExactlyWhatItWasGiven() throws {
  let folder = try ScratchFolder()
  let stored = try [authorization(1, "b"), authorization(.max, "tele graf:ünï"), authorization(3, "")]
  let tokens = try [token(5), token(1 << 63)]
  do {
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    for one in stored { try store.apply(.insertAuthorization(one)) }
    for one in tokens { try store.apply(.insertToken(one)) }
  }
  let contents = try SQLiteAuthorizationStore(path: folder.file("s.db")).load()
  #expect(Set(contents.authorizations) == Set(stored))
  #expect(Set(contents.tokens) == Set(tokens))
}

@Test func namesAreComparedByTheirBytes() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  let names = ["\u{e9}", "e\u{301}", "E", "e", "e ", "e\u{0}"]
  for (index, name) in names.enumerated() {
    try store.apply(.insertAuthorization(authorization(UInt64(index + 1), name)))
  }
  #expect(throws: StoreError.nameTaken) { try store.apply(.insertAuthorization(authorization(99, "e\u{301}"))) }
  let found = try store.load().authorizations.map { Array($0.token.utf8) }
  #expect(found == names.map { Array($0.utf8) })
}

@Test func refusesASecondObjectOfTheSameIdentifier() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  try store.apply(.insertAuthorization(authorization(1, "a")))
  try store.apply(.insertToken(token(1)))
  #expect(throws: StoreError.identifierTaken) { try store.apply(.insertAuthorization(authorization(1, "b"))) }
  #expect(throws: StoreError.identifierTaken) { try store.apply(.insertToken(token(1))) }
}

@Test func changesOnlyTheStateThatWasSeen() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  var one = try authorization(1, "a")
  #expect(throws: StoreError.notFound) { try store.apply(.updateAuthorization(one)) }
  try store.apply(.insertAuthorization(one))
  one.status = .active
  one.permissions.removeLast()
  one.passwordHash = nil
  one.revision = 2
  try store.apply(.updateAuthorization(one))
  #expect(try store.load().authorizations == [one])
  #expect(throws: StoreError.stale) { try store.apply(.updateAuthorization(one)) }
  var shown = try token(1)
  try store.apply(.insertToken(shown))
  shown.status = .inactive
  shown.revision = 2
  try store.apply(.updateToken(shown))
  #expect(throws: StoreError.stale) { try store.apply(.updateToken(shown)) }
  #expect(try store.load().tokens == [shown])
}

@Test func whatIsDeletedLeavesNothingBehind() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  try store.apply(.insertAuthorization(authorization(1, "a")))
  try store.apply(.deleteAuthorization(.test(1)))
  try store.apply(.insertToken(token(1)))
  try store.apply(.deleteToken(.test(1)))
  #expect(throws: StoreError.notFound) { try store.apply(.deleteAuthorization(.test(1))) }
  #expect(throws: StoreError.notFound) { try store.apply(.deleteToken(.test(1))) }
  for table in ["authorizations", "tokens", "authorization_permissions", "token_permissions"] {
    #expect(try store.connection.integer("SELECT count(*) FROM \(table)") == 0)
  }
}

@Test func filesAreForTheirOwnerAlone() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  try store.apply(.insertAuthorization(authorization(1, "a")))
  #expect(folder.names.sorted() == ["s.db", "s.db-shm", "s.db-wal"])
  for name in folder.names { #expect(mode(folder.file(name)) == 0o600) }
}

@Test func refusesAFileThatIsOpenToOthers() throws {
  let folder = try ScratchFolder()
  _ = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  chmod(folder.file("s.db"), 0o640)
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: folder.file("s.db")) }
}

@Test func refusesWhatIsNoStoreOfGatehouse() throws {
  let folder = try ScratchFolder()
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: folder.path) }
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: folder.file("no/such/folder")) }
  do {
    let other = try SQLiteConnection(path: folder.file("other.db"), busyMilliseconds: 0)
    try other.execute("CREATE TABLE t (x)")
  }
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: folder.file("other.db")) }
  let junk = open(folder.file("junk.db"), O_CREAT | O_WRONLY, 0o600)
  _ = write(junk, Array(repeating: 65, count: 8192), 8192)
  close(junk)
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: folder.file("junk.db")) }
}

@Test func migratesBothWaysAndKeepsWhatWasStored() throws {
  let folder = try ScratchFolder()
  let next = SQLiteSchema(
    migrations: SQLiteSchema.current.migrations + [
      SQLiteMigration(
        up: "ALTER TABLE tokens ADD COLUMN expires INTEGER", down: "ALTER TABLE tokens DROP COLUMN expires")
    ])
  let latest = SQLiteSchema.current.migrations.count
  let path = folder.file("s.db")
  do {
    let store = try SQLiteAuthorizationStore(path: path)
    try store.apply(.insertToken(token(1)))
  }
  do {
    let store = try SQLiteAuthorizationStore(path: path, schema: next)
    #expect(try store.connection.integer("PRAGMA user_version") == latest + 1)
    #expect(try store.connection.integer("SELECT count(*) FROM tokens WHERE expires IS NULL") == 1)
  }
  // An earlier gatehouse refuses the later file and leaves it as it is.
  #expect(throws: StoreError.self) { try SQLiteAuthorizationStore(path: path) }
  do { _ = try SQLiteAuthorizationStore(path: path, schema: next, version: latest) }
  #expect(try SQLiteAuthorizationStore(path: path).load().tokens == [token(1)])
}

@Test func keepsDatesAndThePasswordBefore() throws {
  let folder = try ScratchFolder()
  var one = try authorization(1, "a")
  one.expiresAt = 1_800_000_000_000_000_000
  one.previousPassword = PreviousPassword(hash: "$2b$old", expiresAt: -5)
  var shown = try token(1)
  shown.expiresAt = 7
  do {
    let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    try store.apply(.insertAuthorization(one))
    try store.apply(.insertToken(shown))
  }
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  #expect(try store.load().authorizations == [one] && store.load().tokens == [shown])
  one.previousPassword = nil
  one.expiresAt = nil
  one.revision += 1
  shown.expiresAt = nil
  shown.revision += 1
  try store.apply(.updateAuthorization(one))
  try store.apply(.updateToken(shown))
  #expect(try store.load().authorizations == [one] && store.load().tokens == [shown])
}

@Test func whatWouldExpireIsInactiveForAnEarlierGatehouse() throws {
  let folder = try ScratchFolder()
  let path = folder.file("s.db")
  var dated = try authorization(1, "dated")
  dated.status = .active
  dated.expiresAt = 5
  var lasting = try authorization(2, "lasting")
  lasting.status = .active
  do {
    let store = try SQLiteAuthorizationStore(path: path)
    try store.apply(.insertAuthorization(dated))
    try store.apply(.insertAuthorization(lasting))
  }
  do {
    let connection = try SQLiteConnection(path: path, busyMilliseconds: 0)
    try connection.execute("PRAGMA foreign_keys = ON")
    try SQLiteSchema.current.migrate(connection, to: 1)
    #expect(try connection.integer("SELECT count(*) FROM authorizations WHERE status = 'inactive'") == 1)
  }
  let again = try SQLiteAuthorizationStore(path: path).load().authorizations
  #expect(again.map(\.status) == [.inactive, .active] && again.map(\.expiresAt) == [nil, nil])
  #expect(again[1] == lasting)
}

@Test func everyMigrationCanBeTakenBack() throws {
  let folder = try ScratchFolder()
  let connection = try SQLiteConnection(path: folder.file("s.db"), busyMilliseconds: 0)
  let schema = SQLiteSchema.current
  var tables: [Int64] = []
  for version in 0...schema.migrations.count {
    try schema.migrate(connection, to: version)
    tables.append(try connection.integer("SELECT count(*) FROM sqlite_schema"))
  }
  for version in (0...schema.migrations.count).reversed() {
    try schema.migrate(connection, to: version)
    #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == tables[version])
  }
}
