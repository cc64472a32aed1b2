// The directory thread: asks the upstream at intervals, and at once when a request names what is not known.

import Authorizations
import Gateway
import Observation
import Transport
import Upstream

/// Lives in one thread, as the context of its loop; may block, for nobody waits for it but those who asked.
final class DirectoryWorker {
  private let inquiry: UpstreamInquiry
  private let asksUpstream: Bool
  private let status: Publication<UpstreamStatus>
  private let management: Mailbox
  private let events: EventLog
  private let interval: UInt64
  private var askedAt: UInt64?
  private var lastProblem: String?
  private var waiting: [@Sendable (Bool) -> Void] = []
  private var isPublishing = false

  /// Milliseconds between two questions that requests cause: what is not known may be asked for by anyone.
  private static let minimumInterval: UInt64 = 1_000

  /// - Parameters:
  ///   - asksUpstream: whether the directory is the upstream's; otherwise only its version and health are asked for.
  ///   - interval: milliseconds between two regular questions.
  init(
    inquiry: UpstreamInquiry, asksUpstream: Bool, status: Publication<UpstreamStatus>, management: Mailbox,
    events: EventLog, interval: UInt64
  ) {
    self.inquiry = inquiry
    self.asksUpstream = asksUpstream
    self.status = status
    self.management = management
    self.events = events
    self.interval = interval
  }

  /// Called by the loop between events.
  func housekeep(now: UInt64, mailbox: Mailbox) {
    let elapsed = askedAt.map { now &- $0 } ?? .max
    // While nothing is known yet, or somebody waits, as often as is allowed.
    let isUrgent = !waiting.isEmpty || !status.value.isReachable || !status.value.hasDirectory
    if elapsed >= (isUrgent ? Self.minimumInterval : interval) { ask(mailbox) }
  }

  /// Answers once the directory is as fresh as the last second.
  func refresh(_ done: @escaping @Sendable (Bool) -> Void, mailbox: Mailbox) {
    guard asksUpstream else { return done(true) }
    waiting.append(done)
    housekeep(now: MonotonicClock.milliseconds, mailbox: mailbox)
  }

  private func ask(_ mailbox: Mailbox) {
    guard !isPublishing else { return }
    for member in inquiry.members { member.resolve() }
    do throws(UpstreamInquiry.Problem) {
      var found = status.value
      var contents: UpstreamContents?
      var version: String?
      if asksUpstream { (contents, version) = try inquiry.contents() } else { version = try inquiry.version() }
      found.version = version ?? found.version
      found.isReachable = true
      askedAt = MonotonicClock.milliseconds
      if let lastProblem { events.log(.info, "the upstream answers again", ["after": .text(lastProblem)]) }
      lastProblem = nil
      guard let contents else {
        found.hasDirectory = true
        return publish(found)
      }
      publish(found)
      keep(contents, mailbox)
    } catch {
      askedAt = MonotonicClock.milliseconds
      var found = status.value
      if case .failure = error { found.isReachable = false }
      publish(found)
      let problem = error.description
      // Once, not every second.
      if problem != lastProblem {
        events.log(.warning, "the directory cannot be refreshed", ["reason": .text(problem)])
      }
      lastProblem = problem
      answer(false)
    }
  }

  /// The store gives identifiers, and only the management thread may ask it for them.
  private func keep(_ contents: UpstreamContents, _ mailbox: Mailbox) {
    isPublishing = true
    management.post { loop in
      let isKept = (loop.context as? ManagementWorker)?.publishDirectory(of: contents) ?? false
      mailbox.post { loop in (loop.context as? DirectoryWorker)?.kept(isKept) }
    }
  }

  private func kept(_ isKept: Bool) {
    isPublishing = false
    if isKept {
      var found = status.value
      found.hasDirectory = true
      publish(found)
    }
    answer(isKept)
  }

  private func publish(_ found: UpstreamStatus) {
    if found != status.value { status.publish(found) }
  }

  private func answer(_ isFresh: Bool) {
    let asked = waiting
    waiting = []
    for done in asked { done(isFresh) }
  }
}
