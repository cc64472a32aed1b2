// The seam behind which authorizations are kept: load all, apply changes, watch for changes made elsewhere, and what is
// kept beside them for the directory.

public import Formats
public import Threading

/// One change of one object.
public enum StoreChange: Sendable {
  case insertAuthorization(Authorization)
  /// Replaces the stored authorization of the same identifier whose revision is one less; fails with `notFound` where
  /// there is none and with `stale` where someone else changed it since.
  case updateAuthorization(Authorization)
  case deleteAuthorization(Identifier)
  case insertToken(APIToken)
  /// As `updateAuthorization`.
  case updateToken(APIToken)
  case deleteToken(Identifier)
}

public enum StoreError: Error, Sendable, Equatable {
  /// Another authorization has this name already.
  case nameTaken
  /// Another object has this identifier already: draw another one.
  case identifierTaken
  case notFound
  /// Changed by someone else since it was loaded: load and try again.
  case stale
  /// Out of reach, full, locked for too long, of another schema version or damaged; the text is for the log and holds
  /// nothing of what is stored.
  case unavailable(String)
}

/// Everything kept, at one revision of the store.
public struct StoreContents: Sendable {
  public var authorizations: [Authorization]
  public var tokens: [APIToken]

  public init(authorizations: [Authorization] = [], tokens: [APIToken] = []) {
    self.authorizations = authorizations
    self.tokens = tokens
  }
}

/// Used from one thread at a time, and by several processes at once. A method that returns has made its change durable.
public protocol AuthorizationStore: AnyObject {
  func load() throws(StoreError) -> StoreContents
  /// Makes all of these changes in their order, in one transaction, or none of them: where it throws, nothing was changed.
  func apply(_ changes: [StoreChange]) throws(StoreError)
  /// The watch: whether it is worth asking `changedElsewhere` now. To be asked between any two events of the owner's thread,
  /// and costs nothing: a file is looked at now and then, a server would have sent a notification. What it tells of is
  /// taken in within a second.
  func mayHaveChanged(at now: Instant) -> Bool
  /// Whether anyone else, another process included, changed the store since the last `load`. Cheap.
  func changedElsewhere() throws(StoreError) -> Bool
  /// The newest states of all that anyone changed since this or `load` was asked last, deletions included; nil where
  /// only `load` can tell.
  func newestChanges() throws(StoreError) -> [StoreChange]?
  /// When each was last let in, nanoseconds since 1970, as far as it is kept.
  func lastUses(_ kind: UseKind) throws(StoreError) -> [Identifier: Int64]
  /// Makes what is stored whole in the one file that is named after it, where it is spread; cheap where it is already.
  func foldInLog() throws(StoreError)
  /// Keeps such times, of stored and declared objects; no change of any of them.
  func keep(_ uses: [(id: Identifier, time: Int64)], _ kind: UseKind) throws(StoreError)
  /// Identifiers for named things that have none of their own (1.x buckets `db/rp`, organizations, users), allotted at
  /// first sight and answered in the order of `names`. Nothing that was allotted before, by whomever, is taken away.
  func allot(_ names: [String], kind: String) throws(StoreError) -> [Identifier]
  /// Forgets allotted identifiers, whatever has them, so that a database dropped and made again gets a new one. Those
  /// that are not known are left out.
  func forget(_ identifiers: Set<Identifier>) throws(StoreError)
  /// What is allotted of a kind, by the bytes of the names. Changes nothing.
  func keptIdentifiers(ofKind kind: String) throws(StoreError) -> [[UInt8]: Identifier]
  /// Keeps the directory last seen for those who ask without a server, in place of the one before.
  func keep(_ directory: Directory, from source: DirectorySource) throws(StoreError)
  /// What was last kept; nil where nothing was, or where it is of another dialect.
  func keptDirectory(of dialect: String) throws(StoreError) -> KeptDirectory?
}

extension AuthorizationStore {
  /// As a batch of one.
  public func apply(_ change: StoreChange) throws(StoreError) { try apply([change]) }
  public func newestChanges() throws(StoreError) -> [StoreChange]? { nil }
  public func lastUses(_ kind: UseKind) throws(StoreError) -> [Identifier: Int64] { [:] }
  public func foldInLog() throws(StoreError) {}
  public func keep(_ uses: [(id: Identifier, time: Int64)], _ kind: UseKind) throws(StoreError) {}
}
