// The one place where authorizations and tokens change: store first, then the snapshot that the event loops read.

public import Formats
public import Threading

/// Why a change was refused.
public enum ChangeError: Error, Sendable, Equatable {
  /// Another authorization, stored or declared, has this name.
  case nameTaken
  case notFound
  /// Declared in the configuration file.
  case readOnly
  /// The store is out of reach; nothing was changed. The text is for the log.
  case unavailable(String)
  /// The journal cannot be written; nothing was changed. The text is for the log.
  case unrecorded(String)
}

/// Owns the store and what the configuration declares. Used from one thread, the management thread.
///
/// A method that changes something returns after the change is durable and the new snapshot is published, so that no
/// event loop that looks again can act on the old state.
public final class AuthorizationRegistry {
  private let store: any AuthorizationStore
  private let publication: Publication<AuthorizationSnapshot>
  private let journal: (any ChangeJournal)?
  /// Nanoseconds since 1970.
  public let now: () -> Int64
  private var generator: IdentifierGenerator
  private var declared = DeclaredObjects()

  public init(
    store: any AuthorizationStore, publication: Publication<AuthorizationSnapshot>,
    journal: (any ChangeJournal)? = nil, generator: IdentifierGenerator = IdentifierGenerator(),
    now: @escaping () -> Int64
  ) {
    self.store = store
    self.journal = journal
    self.publication = publication
    self.generator = generator
    self.now = now
  }

  /// What is published now.
  public var snapshot: AuthorizationSnapshot { publication.value }

  /// Loads everything and publishes it.
  public func load() throws(ChangeError) {
    publish(try reach { () throws(StoreError) in try store.load() })
  }

  /// The same with what the configuration file declares in place of what it declared before, or without any change where
  /// it throws. What is as before keeps its revision, and with it every verification that is remembered.
  ///
  /// - Parameter author: who is written down for the differences; nil at start, when there is nothing to differ from.
  public func load(
    declaring logins: [Authorization], tokens: [APIToken] = [], by author: ChangeAuthor? = nil
  ) throws(ChangeError) {
    var changed = declared
    changed.replace(logins, tokens, now: now())
    let contents = try reach { () throws(StoreError) in try store.load() }
    if let author {
      let differences = changed.differences(from: declared)
      if !differences.isEmpty { try journal?.willMake(differences.map { ChangeIntent(author: author, change: $0) }) }
    }
    declared = changed
    publish(contents)
  }

  private func publish(_ contents: StoreContents) {
    publication.publish(
      AuthorizationSnapshot(
        revision: snapshot.revision &+ 1, authorizations: declared.logins + contents.authorizations,
        tokens: contents.tokens + declared.tokens))
  }

  /// Takes in what another process changed, once the store's watch says that there may be something; whether it looked.
  public func watchForChangesElsewhere(now: Instant) throws(ChangeError) -> Bool {
    guard store.mayHaveChanged(at: now) else { return false }
    try pollForChangesElsewhere()
    return true
  }

  /// Takes in what another process changed in the store; whether it did. Cheap when nothing changed.
  @discardableResult
  public func pollForChangesElsewhere() throws(ChangeError) -> Bool {
    guard try reach({ () throws(StoreError) in try store.changedElsewhere() }) else { return false }
    try takeChanges()
    return true
  }

  private func takeChanges() throws(ChangeError) {
    guard let changes = try reach({ () throws(StoreError) in try store.newestChanges() }) else { return try load() }
    publication.publish(changes.reduce(snapshot) { $0.applying($1) })
  }

  /// Adds an authorization made by `build`, which is given a fresh identifier and the time.
  public func createAuthorization(
    by author: ChangeAuthor, _ build: (Identifier, Int64) -> Authorization
  ) throws(ChangeError) -> Authorization {
    try attempt { () throws(ChangeError) in
      let time = now()
      let made = build(generator.next(now: time), time)
      guard snapshot.authorization(named: made.token) == nil else { throw .nameTaken }
      return try commit(
        .insertAuthorization(made), .authorization(before: nil, after: made), by: author) ? made : nil
    }
  }

  /// Adds many at once, as an importer does: all of them, in one transaction and one publication, or none.
  public func createAuthorizations(
    by author: ChangeAuthor, _ builds: [(Identifier, Int64) -> Authorization]
  ) throws(ChangeError) -> [Authorization] {
    guard !builds.isEmpty else { return [] }
    return try attempt { () throws(ChangeError) in
      let time = now()
      var names: Set<[UInt8]> = []
      var made: [Authorization] = []
      for build in builds {
        let one = build(generator.next(now: time), time)
        guard snapshot.authorization(named: one.token) == nil, names.insert(Array(one.token.utf8)).inserted else {
          throw .nameTaken
        }
        made.append(one)
      }
      let changes = made.map {
        PlannedChange(stored: .insertAuthorization($0), told: .authorization(before: nil, after: $0))
      }
      return try commit(changes, by: author) ? made : nil
    }
  }

  /// Changes one authorization. `change` sees its newest state and may be called again if another process interferes.
  /// Where it leaves everything as it is, nothing is written, and what is returned has the revision that it had.
  @discardableResult
  public func updateAuthorization(
    _ id: Identifier, by author: ChangeAuthor, _ change: (inout Authorization) -> Void
  ) throws(ChangeError) -> Authorization {
    try attempt { () throws(ChangeError) in
      guard let present = snapshot.authorizations[id] else { throw .notFound }
      guard present.origin == .stored else { throw .readOnly }
      var changed = present
      change(&changed)
      guard changed != present else { return present }
      changed.revision &+= 1
      changed.updatedAt = now()
      return try commit(
        .updateAuthorization(changed), .authorization(before: present, after: changed), by: author) ? changed : nil
    }
  }

  public func deleteAuthorization(_ id: Identifier, by author: ChangeAuthor) throws(ChangeError) {
    try pollForChangesElsewhere()
    guard let present = snapshot.authorizations[id] else { throw .notFound }
    guard present.origin == .stored else { throw .readOnly }
    _ = try commit(.deleteAuthorization(id), .authorization(before: present, after: nil), by: author)
  }

  /// As `createAuthorization`.
  public func createToken(
    by author: ChangeAuthor, _ build: (Identifier, Int64) -> APIToken
  ) throws(ChangeError) -> APIToken {
    try attempt { () throws(ChangeError) in
      let time = now()
      let made = build(generator.next(now: time), time)
      return try commit(.insertToken(made), .token(before: nil, after: made), by: author) ? made : nil
    }
  }

  /// As `updateAuthorization`.
  @discardableResult
  public func updateToken(
    _ id: Identifier, by author: ChangeAuthor, _ change: (inout APIToken) -> Void
  ) throws(ChangeError) -> APIToken {
    try attempt { () throws(ChangeError) in
      guard let present = snapshot.tokens[id] else { throw .notFound }
      guard present.origin == .stored else { throw .readOnly }
      var changed = present
      change(&changed)
      guard changed != present else { return present }
      changed.revision &+= 1
      changed.updatedAt = now()
      return try commit(.updateToken(changed), .token(before: present, after: changed), by: author) ? changed : nil
    }
  }

  public func deleteToken(_ id: Identifier, by author: ChangeAuthor) throws(ChangeError) {
    try pollForChangesElsewhere()
    guard let present = snapshot.tokens[id] else { throw .notFound }
    guard present.origin == .stored else { throw .readOnly }
    _ = try commit(.deleteToken(id), .token(before: present, after: nil), by: author)
  }

  /// When each login and token was last let in, as far as the store tells.
  public func lastUses(_ kind: UseKind = .any) throws(ChangeError) -> [Identifier: Int64] {
    try reach { () throws(StoreError) in try store.lastUses(kind) }
  }

  /// Keeps up to `count` of the times that the store has not; whether there were any. What is gone meanwhile is left
  /// out.
  @discardableResult
  public func keep(_ uses: LastUses, _ kind: UseKind = .any, atMost count: Int) throws(ChangeError) -> Bool {
    let taken = uses.takeUnsaved(atMost: count)
    let present = taken.filter { snapshot.authorizations[$0.id] != nil || snapshot.tokens[$0.id] != nil }
    guard !present.isEmpty else { return !taken.isEmpty }
    do throws(StoreError) { try store.keep(present, kind) } catch {
      uses.putBack(present)
      throw ChangeError(error)
    }
    return true
  }

  /// So that a copy of the file alone holds everything; see `AuthorizationStore`.
  public func foldInLog() throws(ChangeError) { try reach { () throws(StoreError) in try store.foldInLog() } }

  /// Identifiers for named things; see `AuthorizationStore`.
  public func allot(_ names: [String], kind: String) throws(StoreError) -> [Identifier] {
    try store.allot(names, kind: kind)
  }

  /// Makes a change on the newest state, again where another process came first.
  private func attempt<Result>(_ body: () throws(ChangeError) -> Result?) throws(ChangeError) -> Result {
    try pollForChangesElsewhere()
    for _ in 0..<Self.attempts {
      if let result = try body() { return result }
    }
    throw .unavailable("store: other processes change it all the time")
  }

  /// Each means that another process made a change meanwhile; that many in a row is no accident.
  private static let attempts = 100

  /// Writes down, stores and publishes; false where another process interfered and the change has to be made anew.
  private func commit(
    _ change: StoreChange, _ told: ChangeIntent.Change, by author: ChangeAuthor
  ) throws(ChangeError) -> Bool {
    try commit([PlannedChange(stored: change, told: told)], by: author)
  }

  /// A change as the store takes it, and as the journal is told of it.
  private struct PlannedChange {
    let stored: StoreChange
    let told: ChangeIntent.Change
  }

  private func commit(_ changes: [PlannedChange], by author: ChangeAuthor) throws(ChangeError) -> Bool {
    try journal?.willMake(changes.map { ChangeIntent(author: author, change: $0.told) })
    do throws(StoreError) {
      try store.apply(changes.map(\.stored))
    } catch {
      switch error {
      case .stale, .identifierTaken:
        try takeChanges()
        return false
      default: throw ChangeError(error)
      }
    }
    publication.publish(changes.reduce(snapshot) { $0.applying($1.stored) })
    return true
  }

  private func reach<Result>(_ body: () throws(StoreError) -> Result) throws(ChangeError) -> Result {
    do throws(StoreError) { return try body() } catch { throw ChangeError(error) }
  }
}

extension ChangeError {
  init(_ error: StoreError) {
    self =
      switch error {
      case .nameTaken: .nameTaken
      case .notFound: .notFound
      case .stale, .identifierTaken: .unavailable("store: changed by another process")
      case .unavailable(let text): .unavailable(text)
      }
  }
}
