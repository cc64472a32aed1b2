// Identifiers for named things that have none of their own, allotted at first sight and kept.

public import Formats

extension SQLiteAuthorizationStore {
  public func identifiers(for names: [String], kind: String) throws(StoreError) -> [Identifier] {
    let wanted = Set(names.map { Array($0.utf8) })
    // Almost always nothing is new, and then the file is not written to.
    let known = try knownIdentifiers(kind)
    if Set(known.keys) == wanted { return names.compactMap { known[Array($0.utf8)] } }
    let kept = try connection.transaction(.writing) { () throws(StoreError) -> [[UInt8]: Identifier] in
      // Read again within the transaction: another process may have allotted them meanwhile.
      var kept = try knownIdentifiers(kind)
      let removal = try connection.statement("DELETE FROM identifiers WHERE kind = ? AND name = ?")
      for name in kept.keys where !wanted.contains(name) {
        try removal.run(.text(kind), .bytes(name))
        kept[name] = nil
      }
      for name in wanted where kept[name] == nil { kept[name] = try allot(name, kind) }
      return kept
    }
    return names.compactMap { kept[Array($0.utf8)] }
  }

  /// What is kept of a kind, by the bytes of the names. Nothing is allotted and nothing forgotten.
  public func keptIdentifiers(ofKind kind: String) throws(StoreError) -> [[UInt8]: Identifier] {
    try knownIdentifiers(kind)
  }

  private func knownIdentifiers(_ kind: String) throws(StoreError) -> [[UInt8]: Identifier] {
    var found: [[UInt8]: Identifier] = [:]
    let query = try connection.statement("SELECT name, id FROM identifiers WHERE kind = ?")
    try query.bind([.text(kind)])
    while try query.step() { found[query.bytes(0)] = try query.identifier(1) }
    return found
  }

  /// Random, as the real server's organization and bucket identifiers look.
  private func allot(_ name: [UInt8], _ kind: String) throws(StoreError) -> Identifier {
    let insertion = try connection.statement("INSERT INTO identifiers (kind, name, id) VALUES (?, ?, ?)")
    while true {
      // The real server never assigns a value below 1000.
      let id = Identifier(nonzero: .random(in: 1000 ... .max))
      do {
        try insertion.run(.text(kind), .bytes(name), .identifier(id))
        return id
      } catch .nameTaken {
        // `id` is the table's other unique column: draw again.
        continue
      } catch {
        throw error
      }
    }
  }
}
