// When logins and tokens were last let in, in a table of its own: it changes often and matters little.

extension SQLiteAuthorizationStore {
  public func lastUses() throws(StoreError) -> [Identifier: Int64] {
    var found: [Identifier: Int64] = [:]
    let query = try connection.statement("SELECT id, time FROM last_uses")
    while try query.step() { found[try query.identifier(0)] = query.integer(1) }
    return found
  }

  public func keep(_ uses: [(id: Identifier, time: Int64)]) throws(StoreError) {
    try connection.transaction(.writing) { () throws(StoreError) in
      let insertion = try connection.statement("INSERT OR REPLACE INTO last_uses (id, time) VALUES (?, ?)")
      for use in uses { try insertion.run(.identifier(use.id), .integer(use.time)) }
    }
  }
}
