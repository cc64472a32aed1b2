// What another process changed is taken in row by row, or with everything where that does not tell.

import Testing
import Threading

@testable import Authorizations
import Formats

@Suite struct NewestChangesTests {
  private let folder: ScratchFolder
  private let mine: SQLiteAuthorizationStore
  private let other: SQLiteAuthorizationStore

  init() throws {
    folder = try ScratchFolder()
    mine = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    other = try SQLiteAuthorizationStore(path: folder.file("s.db"))
    _ = try mine.load()
    _ = try other.load()
  }

  private func described(_ changes: [StoreChange]?) -> [String]? {
    changes?.map {
      switch $0 {
      case .updateAuthorization(let one): "login \(one.id.rawValue) \(one.token) \(one.permissions.count)"
      case .deleteAuthorization(let id): "no login \(id.rawValue)"
      case .updateToken(let one): "token \(one.id.rawValue)"
      case .deleteToken(let id): "no token \(id.rawValue)"
      default: "odd"
      }
    }
  }

  @Test func tellEachObjectOnceInItsNewestState() throws {
    try other.apply(.insertAuthorization(try authorization(1, "a")))
    try other.apply(.insertAuthorization(try authorization(2, "b")))
    try other.apply(.insertToken(try token(2)))
    try other.apply(.deleteAuthorization(try .test(2)))
    #expect(try mine.changedElsewhere())
    #expect(described(try mine.newestChanges()) == ["login 1 a 3", "no login 2", "token 2"])
    #expect(try !mine.changedElsewhere())
  }

  @Test func endTheOldNameOfALoginThatIsRenamed() throws {
    let publication = Publication<AuthorizationSnapshot>(.empty)
    let registry = AuthorizationRegistry(store: mine, publication: publication, now: { 1 })
    try other.apply(.insertAuthorization(try authorization(1, "a")))
    try registry.load()
    try other.connection.execute("UPDATE authorizations SET token = CAST('b' AS BLOB)")
    #expect(try registry.pollForChangesElsewhere())
    #expect(registry.snapshot.authorization(named: "a") == nil)
    #expect(registry.snapshot.authorization(named: "b")?.token == "b")
    // Two that change names.
    try other.apply(.insertAuthorization(try authorization(2, "a")))
    try other.connection.execute(
      """
      UPDATE authorizations SET token = CAST('x' AS BLOB) WHERE id = 1;
      UPDATE authorizations SET token = CAST('b' AS BLOB) WHERE id = 2;
      UPDATE authorizations SET token = CAST('a' AS BLOB) WHERE id = 1;
      """)
    #expect(try registry.pollForChangesElsewhere())
    #expect(registry.snapshot.authorization(named: "a")?.id.rawValue == 1)
    #expect(registry.snapshot.authorization(named: "b")?.id.rawValue == 2)
  }

  @Test func includeThoseThatCameBeforeOneOfOurOwn() throws {
    try mine.apply(.insertAuthorization(try authorization(1, "a")))
    #expect(try !mine.changedElsewhere())
    try other.apply(.insertAuthorization(try authorization(2, "b")))
    try mine.apply(.insertAuthorization(try authorization(3, "c")))
    #expect(described(try mine.newestChanges()) == ["login 2 b 3", "login 3 c 3"])
  }

  @Test func areLeftToALoadWhereRowsAreGoneOrNoneTells() throws {
    try other.apply(.insertAuthorization(try authorization(1, "a")))
    try other.connection.execute("DELETE FROM changes")
    #expect(try mine.changedElsewhere())
    #expect(described(try mine.newestChanges()) == nil)
    _ = try mine.load()
    try other.connection.execute("DELETE FROM authorization_permissions")
    #expect(try mine.changedElsewhere())
    #expect(described(try mine.newestChanges()) == nil)
  }

  @Test func arePruned() throws {
    try other.connection.execute(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
      INSERT INTO changes (kind, id) SELECT 'token', i FROM n
      """)
    #expect(try other.connection.integer("SELECT count(*) FROM changes") == 10_000)
    #expect(described(try mine.newestChanges()) == nil)
  }
}
