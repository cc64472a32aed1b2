// The management thread: the only one that touches the store.

import Access
import Authorizations
import Gateway
import Management
import Observation
import Transport

/// Answers management calls one after the other, watches the store for changes made elsewhere, and gives identifiers
/// to what the directory finds. Lives in one thread, as the context of its loop.
final class ManagementWorker {
  private let registry: AuthorizationRegistry
  private let service: ManagementService
  private let directory: Publication<Directory>
  private let events: EventLog
  private let plan: DirectoryPlan
  private let trail: AuditTrail?
  private let keepDirectory: (Directory) throws(StoreError) -> Void
  /// Published, and not kept in the store yet.
  private var unkept: Directory?
  private var declarations: Declarations?
  private var polledAt: UInt64 = 0
  private var storeIsReachable = true

  /// Milliseconds between two looks for changes of other processes: they count within a second.
  private static let pollInterval: UInt64 = 250

  init(
    store: any AuthorizationStore, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, plan: DirectoryPlan, options: ManagementService.Options, passwordCost: Int,
    trail: AuditTrail?, events: EventLog, keepDirectory: @escaping (Directory) throws(StoreError) -> Void
  ) {
    registry = AuthorizationRegistry(
      store: store, publication: authorizations, journal: trail, now: { Timestamp.now.nanoseconds })
    let hasher = PasswordHasher()
    service = ManagementService(
      registry: registry, directory: directory, options: options,
      verify: { text in
        switch TokenSecret.present(Array(text.utf8), in: authorizations.value) {
        case .active(let token), .inactive(let token): token
        case .unknown: nil
        }
      },
      hash: { try? hasher.make($0, cost: passwordCost).text },
      audit: { record in
        if let trail { return trail.record(record) }
        events.log(
          .info, "management",
          [
            "operation": .text(record.operation.rawValue), "caller": .text(record.caller?.description ?? ""),
            "source": .text(record.source), "status": .number(record.status), "reason": .text(record.refusal ?? ""),
          ])
      })
    self.trail = trail
    self.keepDirectory = keepDirectory
    self.directory = directory
    self.events = events
    self.plan = plan
  }

  /// Loads the store and what the configuration declares.
  func load(_ declarations: Declarations, by author: ChangeAuthor? = nil) throws(ChangeError) {
    try replaceDeclared(declarations, by: author)
    self.declarations = declarations
    try registry.load()
  }

  private func replaceDeclared(_ declarations: Declarations, by author: ChangeAuthor?) throws(ChangeError) {
    let known: Directory?
    do throws(StoreError) { known = try plan.owners(identifiers) } catch {
      throw .unavailable("\(error)")
    }
    let owners = known ?? directory.value
    // Nobody can own anything before the upstream was asked; then this is done again.
    guard !owners.organizations.isEmpty else { return }
    let resolved = declarations.resolve(in: owners, loadedAt: Timestamp.now.nanoseconds)
    for problem in resolved.problems {
      events.log(.error, "a declaration has no effect", ["reason": .text(problem)])
    }
    try registry.replaceDeclared(resolved.logins, tokens: resolved.tokens, by: author)
  }

  private func identifiers(_ names: [String], _ kind: String) throws(StoreError) -> [Identifier] {
    try registry.identifiers(for: names, kind: kind)
  }

  /// Builds the directory that the configuration declares and publishes it.
  func publishDeclaredDirectory() throws(StoreError) {
    if let declared = try plan.declaredDirectory(identifiers) { directory.publish(declared) }
  }

  /// Builds the directory of what the upstream answered and publishes it where it differs; whether that worked.
  func publishDirectory(of contents: UpstreamContents) -> Bool {
    defer { keepLatest() }
    do {
      let built = try plan.directory(of: contents, identifiers)
      let old = directory.value
      guard !built.hasSameContents(as: old) else { return true }
      let hasOtherOwners = built.organizations != old.organizations || built.users != old.users
      directory.publish(built)
      unkept = built
      events.log(
        .info, "directory loaded",
        ["mappings": .number(built.mappings.count), "buckets": .number(built.buckets.count)])
      if hasOtherOwners, let declarations { try load(declarations) }
      return true
    } catch {
      events.log(.error, "the directory cannot be kept", ["reason": .text("\(error)")])
      return false
    }
  }

  /// Keeps what was published for those who ask without a server. Requests need it to be published, not kept: where that
  /// fails it is tried again after the next question to the upstream.
  private func keepLatest() {
    guard let latest = unkept else { return }
    do throws(StoreError) {
      try keepDirectory(latest)
      unkept = nil
    } catch {
      events.log(.warning, "the directory is not kept in the store", ["reason": .text("\(error)")])
    }
  }

  func answer(_ call: ManagementCall) -> ManagementAnswer {
    let response = service.answer(
      ManagementRequest(
        method: call.method, path: call.path, query: call.query, authorization: call.authorization, body: call.body,
        source: call.source, traceSpan: call.traceSpan, contentEncoding: call.contentEncoding, origin: call.origin,
        host: call.host))
    return ManagementAnswer(status: response.status, fields: response.fields, body: response.body)
  }

  /// Replaces what is declared after a reload; where that cannot be audited the old state goes on.
  func reload(_ declarations: Declarations) {
    let author = ChangeAuthor(.configuration)
    do throws(ChangeError) {
      try load(declarations, by: author)
      trail?.conclude(author)
    } catch {
      events.log(.error, "what the file declares cannot be loaded", ["reason": .text("\(error)")])
    }
  }

  /// Opens the audit log by its path again.
  func reopenAuditLog() { trail?.reopen() }

  /// Called by the loop between events.
  func housekeep(now: UInt64) {
    guard now &- polledAt >= Self.pollInterval else { return }
    polledAt = now
    do throws(ChangeError) {
      try registry.pollForChangesElsewhere()
      if !storeIsReachable { events.log(.info, "the store is reachable again") }
      storeIsReachable = true
    } catch {
      // What is loaded goes on: nothing can have changed through us, and every change is refused meanwhile.
      if storeIsReachable { events.log(.error, "the store is out of reach", ["reason": .text("\(error)")]) }
      storeIsReachable = false
    }
  }
}
