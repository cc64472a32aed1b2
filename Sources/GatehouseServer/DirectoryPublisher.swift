// The directory from what the upstream answered to what is published and kept: with identifiers that the store allots to
// what is new, and forgets of what is gone.

import Authorizations
import Formats
import Observation
import Threading

/// Used by the management thread alone.
final class DirectoryPublisher {
  enum Outcome {
    /// Nothing new was published: it is as it was.
    case unchanged
    case published(hasOtherOwners: Bool)
    /// The event log says why.
    case failed
  }

  private let store: any AuthorizationStore
  private let publication: Publication<Directory>
  private let plan: DirectoryPlan
  private let events: EventLog
  /// What of it was there last, before a restart too: what is missing since then is gone.
  private var last: Directory
  /// Published, and not kept in the store yet.
  private var unkept: Directory?

  init(
    store: any AuthorizationStore, publication: Publication<Directory>, plan: DirectoryPlan, events: EventLog
  ) throws(StoreError) {
    self.store = store
    self.publication = publication
    self.plan = plan
    self.events = events
    // Another gatehouse may keep its directory in the same store: what is missing of that is not gone.
    let kept = try store.keptDirectory(of: plan.source.dialect)
    last = kept.map { plan.source.continues($0.source) ? $0.directory : .empty } ?? .empty
  }

  /// Who may own what the file declares; those of the published directory where only the upstream can tell.
  func owners() throws(StoreError) -> Directory { try plan.owners(allot) ?? publication.value }

  private func allot(_ names: [String], _ kind: String) throws(StoreError) -> [Identifier] {
    try store.allot(names, kind: kind)
  }

  /// Builds the directory that the configuration declares and publishes it. A name in the file keeps its identifier, also
  /// where it was left out for a time.
  func publishDeclared() throws(StoreError) {
    if let declared = try plan.declaredDirectory(allot) { publication.publish(declared) }
  }

  /// Builds the directory of what the upstream answered and publishes it where it differs.
  func publish(_ contents: UpstreamContents) -> Outcome {
    defer { keepLatest() }
    do throws(StoreError) {
      let built = try plan.directory(of: contents, allot)
      // Before it is published: once a database is known to be gone, nobody shall find its identifier again.
      try store.forget(last.identifiers.subtracting(built.identifiers))
      last = built
      let old = publication.value
      guard !built.hasSameContents(as: old) else { return .unchanged }
      publication.publish(built)
      unkept = built
      events.log(
        .info, "directory loaded",
        ["mappings": .number(built.mappings.count), "buckets": .number(built.buckets.count)])
      return .published(hasOtherOwners: built.organizations != old.organizations || built.users != old.users)
    } catch {
      events.log(.error, "the directory cannot be kept", ["reason": .text("\(error)")])
      return .failed
    }
  }

  /// Keeps what was published for those who ask without a server. Requests need it to be published, not kept: where that
  /// fails it is tried again after the next question to the upstream.
  private func keepLatest() {
    guard let latest = unkept else { return }
    do throws(StoreError) {
      try store.keep(latest, from: plan.source)
      unkept = nil
    } catch {
      events.log(.warning, "the directory is not kept in the store", ["reason": .text("\(error)")])
    }
  }
}

extension Directory {
  /// Of everything in it.
  fileprivate var identifiers: Set<Identifier> {
    Set(organizations.map(\.id)).union(users.map(\.id)).union(buckets.map(\.id)).union(mappings.map(\.id))
  }
}
