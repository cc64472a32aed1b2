// What changed in the store since it was last looked at, row by row.

import Formats

extension SQLiteAuthorizationStore {
  /// More changes than this are loaded with everything else.
  private static let mostChanges = 2_000

  public func newestChanges() throws(StoreError) -> [StoreChange]? {
    // Never loaded: everything is new.
    guard loadedVersion != nil else { return nil }
    let (found, version, last) = try connection.transaction(.reading) {
      () throws(StoreError) -> ([StoreChange]?, Int64, Int64) in
      (try changes(after: loadedChange), try currentVersion(), try lastChange())
    }
    guard let found else { return nil }
    (loadedVersion, loadedChange) = (version, last)
    return found
  }

  /// The number of the newest change, 0 where there was none.
  func lastChange() throws(StoreError) -> Int64 {
    try lastNumber.bind([])
    let number = try lastNumber.step() ? lastNumber.integer(0) : 0
    // As with the version: a statement left on its row would hold a read transaction open.
    try lastNumber.bind([])
    return number
  }

  private func changes(after number: Int64) throws(StoreError) -> [StoreChange]? {
    let query = try connection.statement(
      "SELECT number, kind, id FROM changes WHERE number > ? ORDER BY number LIMIT \(Self.mostChanges + 1)")
    try query.bind([.integer(number)])
    var rows = 0
    var (logins, tokens): ([Identifier], [Identifier]) = ([], [])
    var seen: [String: Set<Identifier>] = [:]
    while try query.step() {
      rows += 1
      // A gap: what was there is pruned. No row for what did change, as an edit by hand of a permission: not told here.
      guard query.integer(0) == number + Int64(rows), rows <= Self.mostChanges else { return nil }
      let id = try query.identifier(2)
      let kind = query.text(1)
      guard seen[kind, default: []].insert(id).inserted else { continue }
      if kind == "token" { tokens.append(id) } else { logins.append(id) }
    }
    guard rows > 0 else { return nil }
    var found: [StoreChange] = []
    for id in logins {
      found.append(try objects.authorizations(id).first.map { .updateAuthorization($0) } ?? .deleteAuthorization(id))
    }
    for id in tokens { found.append(try objects.tokens(id).first.map { .updateToken($0) } ?? .deleteToken(id)) }
    return found
  }
}
