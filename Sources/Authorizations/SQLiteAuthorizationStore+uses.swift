// When logins and tokens were last let in, in tables of their own: they change often and matter little.

public import Formats

extension SQLiteAuthorizationStore {
  public func lastUses(_ kind: UseKind) throws(StoreError) -> [Identifier: Int64] {
    var found: [Identifier: Int64] = [:]
    let query = try connection.statement("SELECT id, time FROM \(table(kind))")
    while try query.step() { found[try query.identifier(0)] = query.integer(1) }
    return found
  }

  public func keep(_ uses: [(id: Identifier, time: Int64)], _ kind: UseKind) throws(StoreError) {
    try connection.transaction(.writing) { () throws(StoreError) in
      let insertion = try connection.statement("INSERT OR REPLACE INTO \(table(kind)) (id, time) VALUES (?, ?)")
      for use in uses { try insertion.run(.identifier(use.id), .integer(use.time)) }
    }
  }

  private func table(_ kind: UseKind) -> String { kind == .any ? "last_uses" : "previous_password_uses" }
}
