// The management thread: the only one that touches the store.

import Access
import Authorizations
import Formats
import Decision
import Gateway
import Management
import ManagementAPI
import Observation
import Threading
import Transport

/// Answers management calls one after the other, watches the store for changes made elsewhere, and gives identifiers
/// to what the directory finds. Lives in one thread, as the context of its loop.
final class ManagementWorker {
  private let registry: AuthorizationRegistry
  let service: ManagementService
  let passwords: PasswordMaker
  /// Of the loop that this lives in.
  let mailbox: Mailbox
  /// Whose passwords are being hashed, of each login in the order in which they were asked for.
  var hashing: [Identifier: [WaitingForHash]] = [:]
  var hashesAsked: UInt64 = 0
  private let directory: Publication<Directory>
  private let events: EventLog
  private let plan: DirectoryPlan
  private let trail: AuditTrail?
  private let lastUses = LastUses()
  private let previousUses = LastUses()
  private var usesKeptAt = Instant.start
  private let keepDirectory: (Directory) throws(StoreError) -> Void
  /// Published, and not kept in the store yet.
  private var unkept: Directory?
  private var declarations: Declarations?
  private var polledAt = Instant.start
  private let failures: ChangeFailures

  /// Between two looks for changes of other processes: they count within a second.
  private static let pollInterval = Interval.milliseconds(250)

  init(
    store: any AuthorizationStore, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, plan: DirectoryPlan, options: ManagementService.Options,
    passwords: PasswordMaker, mailbox: Mailbox, trail: AuditTrail?, failures: ChangeFailures, events: EventLog,
    keepDirectory: @escaping (Directory) throws(StoreError) -> Void
  ) {
    registry = AuthorizationRegistry(
      store: store, publication: authorizations, journal: trail, now: WallClock.system)
    self.passwords = passwords
    self.mailbox = mailbox
    self.failures = failures
    service = ManagementService(
      registry: registry, directory: directory, options: options, lastUses: lastUses, previousUses: previousUses,
      verify: { text in
        switch TokenSecret.present(Array(text.utf8), in: authorizations.value) {
        case .active(let token), .inactive(let token): token
        case .unknown: nil
        }
      },
      audit: { record in
        if let trail { return trail.record(record) }
        events.log(
          .info, "management",
          [
            "operation": .text(record.operation.rawValue), "caller": .text(record.caller?.description ?? ""),
            "source": .text(record.source), "status": .number(record.status), "reason": .text(record.refusal ?? ""),
            "ignored": .text(record.ignored ?? ""),
          ])
      }, noteChange: { failures.noteChange($0) },
      perform: { work in mailbox.post { _ in work() } })
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
    reportShadowed()
  }

  /// Says which stored logins cannot be used, because the file declares one of their name.
  private func reportShadowed() {
    let shadowed = registry.snapshot.shadowed.sorted { $0.id < $1.id }
    for login in shadowed.prefix(Self.shadowedShown) {
      events.log(
        .warning, "a login in the store has no effect: the configuration file declares one of its name",
        ["login": .text(login.token), "id": .text(login.id.description)])
    }
    guard shadowed.count > Self.shadowedShown else { return }
    events.log(
      .warning, "further logins in the store have no effect",
      ["count": .number(shadowed.count - Self.shadowedShown)])
  }

  private static let shadowedShown = 20

  private func replaceDeclared(_ declarations: Declarations, by author: ChangeAuthor?) throws(ChangeError) {
    let known: Directory?
    do throws(StoreError) { known = try plan.owners(identifiers) } catch {
      throw .unavailable("\(error)")
    }
    let owners = known ?? directory.value
    // Nobody can own anything before the upstream was asked; then this is done again.
    guard !owners.organizations.isEmpty else { return }
    let resolved = declarations.resolve(in: owners, loadedAt: WallClock.system())
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

  /// Records a call that was refused before it came here.
  func note(_ call: RefusedCall) { service.note(call) }

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

  // MARK: Last use

  /// So much of the last uses is lost where the process is killed.
  private static let usesInterval = Interval.seconds(30)
  /// Kept in one transaction: more would make those wait who change something.
  private static let usesAtOnce = 500

  func restoreUses() throws(ChangeError) {
    lastUses.restore(try registry.lastUses())
    previousUses.restore(try registry.lastUses(.previousPassword))
  }

  /// Takes which logins and tokens were let in lately.
  func note(_ used: Uses) {
    let now = WallClock.system()
    lastUses.note(used.all, at: now)
    previousUses.note(used.byPreviousPassword, at: now)
  }

  /// Once the last who could be let in have been noted.
  func keepAllUses() { while keepSomeUses() {} }

  /// Whether there may be more.
  private func keepSomeUses() -> Bool {
    let kept = (try? registry.keep(lastUses, atMost: Self.usesAtOnce)) == true
    return (try? registry.keep(previousUses, .previousPassword, atMost: Self.usesAtOnce)) == true || kept
  }

  private func keepUses(now: Instant) {
    guard now - usesKeptAt >= Self.usesInterval else { return }
    // A part each time; that the store is out of reach is found out, and said, elsewhere.
    if !keepSomeUses() { usesKeptAt = now }
  }

  /// Called by the loop between events.
  func housekeep(now: Instant) {
    guard now - polledAt >= Self.pollInterval else { return }
    polledAt = now
    keepUses(now: now)
    do throws(ChangeError) {
      try registry.pollForChangesElsewhere()
      try registry.foldInLog()
      failures.noteLook(nil)
    } catch {
      failures.noteLook(error)
    }
  }
}
