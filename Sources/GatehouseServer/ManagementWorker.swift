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

/// Answers management calls one after the other, loads what the file declares, and watches the store for changes made
/// elsewhere. Lives in one thread, as the context of its loop.
final class ManagementWorker {
  private let registry: AuthorizationRegistry
  let service: ManagementService
  let passwords: PasswordMaker
  /// Of the loop that this lives in.
  let mailbox: Mailbox
  /// Whose passwords are being hashed, of each login in the order in which they were asked for.
  var hashing: [Identifier: [WaitingForHash]] = [:]
  var hashesAsked: UInt64 = 0
  let directory: DirectoryPublisher
  let uses: UseKeeper
  private let events: EventLog
  private let trail: AuditTrail?
  private var declarations: Declarations?
  private var keptAt = Instant.start
  private let failures: ChangeFailures

  /// Between two times that what piled up is kept.
  private static let keepInterval = Interval.milliseconds(250)

  init(
    store: any AuthorizationStore, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, plan: DirectoryPlan, options: ManagementService.Options,
    passwords: PasswordMaker, mailbox: Mailbox, trail: AuditTrail?, failures: ChangeFailures, events: EventLog
  ) throws(StoreError) {
    self.directory = try DirectoryPublisher(store: store, publication: directory, plan: plan, events: events)
    registry = AuthorizationRegistry(
      store: store, publication: authorizations, journal: trail, now: WallClock.system)
    uses = UseKeeper(registry: registry)
    self.passwords = passwords
    self.mailbox = mailbox
    self.failures = failures
    service = ManagementService(
      registry: registry, directory: directory, options: options, lastUses: uses.lastUses,
      previousUses: uses.previousUses,
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
    self.events = events
  }

  /// Loads the store and what the configuration declares.
  func load(_ declarations: Declarations, by author: ChangeAuthor? = nil) throws(ChangeError) {
    if let resolved = try resolve(declarations) {
      try registry.load(declaring: resolved.logins, tokens: resolved.tokens, by: author)
    } else {
      try registry.load()
    }
    self.declarations = declarations
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

  /// nil before the upstream was asked, for nobody can own anything yet; then this is done again.
  private func resolve(_ declarations: Declarations) throws(ChangeError) -> Declarations.Resolved? {
    let owners: Directory
    do throws(StoreError) { owners = try directory.owners() } catch { throw .unavailable("\(error)") }
    guard !owners.organizations.isEmpty else { return nil }
    let resolved = declarations.resolve(in: owners, loadedAt: WallClock.system())
    for problem in resolved.problems {
      events.log(.error, "a declaration has no effect", ["reason": .text(problem)])
    }
    return resolved
  }

  /// Publishes the directory of what the upstream answered; whether that worked.
  func publishDirectory(of contents: UpstreamContents) -> Bool {
    switch directory.publish(contents) {
    case .unchanged: return true
    case .published(let hasOtherOwners):
      guard hasOtherOwners, let declarations else { return true }
      do throws(ChangeError) {
        try load(declarations)
        return true
      } catch {
        events.log(.error, "the directory cannot be kept", ["reason": .text("\(error)")])
        return false
      }
    case .failed: return false
    }
  }

  /// Records a call that was refused before it came here.
  func note(_ call: RefusedCall) { service.note(call) }

  /// Replaces what is declared after a reload. False where that cannot be audited or loaded: then the old state goes on.
  func reload(_ declarations: Declarations) -> Bool {
    let author = ChangeAuthor(.configuration)
    do throws(ChangeError) {
      try load(declarations, by: author)
      trail?.conclude(author)
      return true
    } catch {
      events.log(.error, "what the file declares cannot be loaded", ["reason": .text("\(error)")])
      return false
    }
  }

  /// Opens the audit log by its path again.
  func reopenAuditLog() { trail?.reopen() }

  /// Called by the loop between events.
  func housekeep(now: Instant) {
    if now - keptAt >= Self.keepInterval {
      keptAt = now
      uses.keep(now: now)
    }
    do throws(ChangeError) {
      // Where there was no look, nothing is known of how the next one will end.
      guard try registry.watchForChangesElsewhere(now: now) else { return }
      try registry.foldInLog()
      failures.noteLook(nil)
    } catch {
      failures.noteLook(error)
    }
  }
}
