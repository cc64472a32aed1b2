// Identifiers for named things that have none of their own, allotted at first sight and kept until they are forgotten.

public import Formats

extension SQLiteAuthorizationStore {
  public func allot(_ names: [String], kind: String) throws(StoreError) -> [Identifier] {
    let wanted = Set(names.map { Array($0.utf8) })
    // Almost always nothing is new, and then the file is not written to.
    let known = try keptIdentifiers(ofKind: kind)
    if wanted.allSatisfy({ known[$0] != nil }) { return names.compactMap { known[Array($0.utf8)] } }
    let kept = try connection.transaction(.writing) { () throws(StoreError) -> [[UInt8]: Identifier] in
      // Read again within the transaction: another process may have allotted them meanwhile.
      var kept = try keptIdentifiers(ofKind: kind)
      for name in wanted where kept[name] == nil { kept[name] = try allot(name, kind) }
      return kept
    }
    return names.compactMap { kept[Array($0.utf8)] }
  }

  public func forget(_ identifiers: Set<Identifier>) throws(StoreError) {
    guard !identifiers.isEmpty else { return }
    try connection.transaction(.writing) { () throws(StoreError) in
      let removal = try connection.statement("DELETE FROM identifiers WHERE id = ?")
      for id in identifiers { try removal.run(.identifier(id)) }
    }
  }

  public func keptIdentifiers(ofKind kind: String) throws(StoreError) -> [[UInt8]: Identifier] {
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
