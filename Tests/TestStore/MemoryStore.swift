// A store that keeps nothing on disk: what the seam promises, in the plainest way.

public import Authorizations
public import Formats
public import Threading

public final class MemoryStore: AuthorizationStore {
  /// What several stores see, as several processes see one file.
  public final class Shelf {
    var logins: [Identifier: Authorization] = [:]
    var tokens: [Identifier: APIToken] = [:]
    var identifiers: [String: [[UInt8]: Identifier]] = [:]
    var directory: KeptDirectory?
    var last: UInt64
    /// Who wrote, change by change.
    var writers: [ObjectIdentifier] = []

    public init(firstIdentifier: UInt64 = 1_001) { last = firstIdentifier - 1 }
  }

  private var shelf: Shelf
  private var seen = 0
  /// Whether loading and changing fail, with `outOfReachText`.
  public var isOutOfReach = false
  public static let outOfReachText = "canary-store-text"

  public init(_ shelf: Shelf = Shelf()) { self.shelf = shelf }

  public func load() throws(StoreError) -> StoreContents {
    if isOutOfReach { throw .unavailable(Self.outOfReachText) }
    seen = shelf.writers.count
    return StoreContents(
      authorizations: shelf.logins.values.sorted { $0.id < $1.id }, tokens: shelf.tokens.values.sorted { $0.id < $1.id }
    )
  }

  public func mayHaveChanged(at now: Instant) -> Bool { seen < shelf.writers.count }

  public func apply(_ changes: [StoreChange]) throws(StoreError) {
    if isOutOfReach { throw .unavailable(Self.outOfReachText) }
    let before = (shelf.logins, shelf.tokens)
    do throws(StoreError) {
      for change in changes { try make(change) }
    } catch {
      (shelf.logins, shelf.tokens) = before
      throw error
    }
    if !changes.isEmpty { shelf.writers.append(ObjectIdentifier(self)) }
  }

  private func make(_ change: StoreChange) throws(StoreError) {
    switch change {
    case .insertAuthorization(let login):
      guard shelf.logins[login.id] == nil else { throw .identifierTaken }
      let isTaken = shelf.logins.values.contains { $0.token.utf8.elementsEqual(login.token.utf8) }
      guard !isTaken else { throw .nameTaken }
      shelf.logins[login.id] = login
    case .updateAuthorization(let login):
      guard let old = shelf.logins[login.id] else { throw .notFound }
      guard old.revision == login.revision &- 1 else { throw .stale }
      shelf.logins[login.id] = login
    case .deleteAuthorization(let id):
      guard shelf.logins.removeValue(forKey: id) != nil else { throw .notFound }
    case .insertToken(let token):
      guard shelf.tokens[token.id] == nil else { throw .identifierTaken }
      shelf.tokens[token.id] = token
    case .updateToken(let token):
      guard let old = shelf.tokens[token.id] else { throw .notFound }
      guard old.revision == token.revision &- 1 else { throw .stale }
      shelf.tokens[token.id] = token
    case .deleteToken(let id):
      guard shelf.tokens.removeValue(forKey: id) != nil else { throw .notFound }
    }
  }

  public func changedElsewhere() throws(StoreError) -> Bool {
    shelf.writers.dropFirst(seen).contains { $0 != ObjectIdentifier(self) }
  }

  public func allot(_ names: [String], kind: String) throws(StoreError) -> [Identifier] {
    names.map { name in
      if let known = shelf.identifiers[kind]?[Array(name.utf8)] { return known }
      shelf.last += 1
      let fresh = Identifier(nonzero: shelf.last)
      shelf.identifiers[kind, default: [:]][Array(name.utf8)] = fresh
      return fresh
    }
  }

  public func forget(_ identifiers: Set<Identifier>) throws(StoreError) {
    for kind in shelf.identifiers.keys {
      shelf.identifiers[kind] = shelf.identifiers[kind]?.filter { !identifiers.contains($0.value) }
    }
  }

  public func keptIdentifiers(ofKind kind: String) throws(StoreError) -> [[UInt8]: Identifier] {
    shelf.identifiers[kind] ?? [:]
  }

  public func keep(_ directory: Directory, from source: DirectorySource) throws(StoreError) {
    shelf.directory = KeptDirectory(source: source, directory: directory)
  }

  public func keptDirectory(of dialect: String) throws(StoreError) -> KeptDirectory? {
    shelf.directory.flatMap { $0.source.dialect.utf8.elementsEqual(dialect.utf8) ? $0 : nil }
  }
}
