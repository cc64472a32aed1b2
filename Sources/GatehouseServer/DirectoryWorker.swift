// The directory thread: asks the upstream at intervals, and at once for what a request needs to know.

import Authorizations
import Formats
import Decision
import Gateway
import Observation
import Threading
import Transport
import Upstream

/// Lives in one thread, as the context of its loop; may block, for nobody waits for it but those who asked.
final class DirectoryWorker {
  private var inquiry: UpstreamInquiry
  private let asksUpstream: Bool
  private let status: Publication<UpstreamStatus>
  /// As it is published; used where the file declares it.
  private let directory: Publication<Directory>
  private var finder: OrganizationFinder
  /// Tells the credentials of `inquiry` from others.
  private var credentialIdentity: Int
  private let health: UpstreamHealth
  private let management: LoopHandle<ManagementWorker>
  private let itself: LoopHandle<DirectoryWorker>
  private let interval: Interval
  private var queue = DirectoryQueue()
  /// When the upstream was last asked for everything.
  private var askedAt: Instant?
  /// What a 1.x upstream had last, nil before it was asked.
  private var databases: [InfluxDB1Database]?
  private var isPublishing = false
  /// Who is told once that has ended.
  private var published: [DirectoryQueue.Waiter] = []
  private var isDoubted = false

  /// Between two questions to an upstream that answers, but not as it should.
  private static let troubledInterval = Interval.seconds(3)

  /// - Parameters:
  ///   - asksUpstream: whether the directory is the upstream's; otherwise only its version and health are asked for,
  ///     and the policies of a database where a request reaches over all of them.
  ///   - organization: `[upstream] organization`.
  ///   - credentialIdentity: of `inquiry`'s credentials.
  ///   - itself: the way to this worker.
  ///   - interval: between two regular questions.
  init(
    inquiry: UpstreamInquiry, asksUpstream: Bool, status: Publication<UpstreamStatus>,
    directory: Publication<Directory>, organization: String?, credentialIdentity: Int, health: UpstreamHealth,
    management: LoopHandle<ManagementWorker>, itself: LoopHandle<DirectoryWorker>, interval: Interval
  ) {
    self.inquiry = inquiry
    self.directory = directory
    self.credentialIdentity = credentialIdentity
    finder = OrganizationFinder(named: organization)
    self.asksUpstream = asksUpstream
    self.status = status
    self.health = health
    self.management = management
    self.itself = itself
    self.interval = interval
  }

  /// Called by the loop between events.
  func housekeep(now: Instant) {
    health.look(at: now)
    guard !isPublishing else { return }
    let elapsed = askedAt.map { now - $0 } ?? .forever
    // While nothing is known yet, or something is wrong, as often as is allowed.
    let isUrgent = isDoubted || !status.value.isReachable || !status.value.hasDirectory
    let patience =
      isUrgent ? DirectoryQueue.interval : health.isFailing ? min(Self.troubledInterval, interval) : interval
    if elapsed >= patience { return askEverything() }
    if queue.isEmpty { return }
    let due = queue.takeDue(at: now)
    if !due.isEmpty { ask(due) }
  }

  /// Calls back once every question has been answered by an upstream that was asked after now.
  func ask(
    _ inquiry: DirectoryInquiry, _ done: @escaping @Sendable ([DirectoryQuestion: DirectoryReading]) -> Void
  ) {
    queue.append(inquiry, done)
    housekeep(now: .now)
  }

  /// Asks with other credentials from now on, and finds out at once what they are worth.
  func replace(authorization: String, credentials: [String], identity: Int) {
    inquiry.authorization = authorization
    inquiry.credentials = credentials
    credentialIdentity = identity
    askedAt = nil
    housekeep(now: .now)
  }

  /// A request failed as all others would if the upstream were gone or the credential void: looks whether they are.
  func noteTrouble() {
    isDoubted = true
    housekeep(now: .now)
  }

  // MARK: Everything

  private func askEverything() {
    for member in inquiry.members { member.resolve() }
    do throws(UpstreamInquiry.Problem) {
      var contents: UpstreamContents?
      var version: String?
      if asksUpstream { (contents, version) = try inquiry.contents() } else { version = try inquiry.version() }
      let refused = inquiry.refusedCredential(exceptAsking: asksUpstream)
      noteAsked()
      var found = status.value
      found.version = version ?? found.version
      found.isReachable = true
      if contents == nil { found.hasDirectory = true }
      found.organization = try organization(&contents)
      publish(found)
      health.noteAnswer(refused: refused)
      guard let contents else { return answer { $0.isAboutPolicies ? nil : .published } }
      if case .databases(let all) = contents { databases = all }
      let answered = queue.take { contents.reading(of: $0) }
      keep(contents, isWhole: true, tell: answered)
    } catch {
      noteAsked()
      var found = status.value
      if case .failure = error { found.isReachable = false } else { found.isReachable = true }
      publish(found)
      fail(error)
    }
  }

  /// Of the gateway's own credentials, where that makes a difference.
  ///
  /// - Parameter contents: read anew between two looks at what the credentials see, so that no change in between misleads.
  private func organization(_ contents: inout UpstreamContents?) throws(UpstreamInquiry.Problem) -> ServedOrganization {
    guard inquiry.dialect.hasOrganizations else { return .unknown }
    func latest() -> Directory { if case .directory(let read) = contents { read } else { directory.value } }
    var shown: [Set<[UInt8]>]?
    let basis: OrganizationFinder.Basis =
      !asksUpstream ? .declared : Set(inquiry.credentials).count < 2 ? .readWithTheOne : .readWithAnother
    if finder.mustAsk(latest(), credentials: credentialIdentity, basis) {
      let before = try inquiry.shownDatabases()
      if asksUpstream { contents = try inquiry.contents().contents }
      shown = try inquiry.shownDatabases()
      if shown != before { shown = nil }
    }
    switch finder.find(in: latest(), shown: shown, credentials: credentialIdentity, basis) {
    case .organization(let id):
      health.noteOrganization(problem: nil)
      return .one(id, credential: credentialIdentity)
    case .unknown(let reason):
      health.noteOrganization(problem: reason)
      return .unknown
    }
  }

  private func noteAsked() {
    let now = Instant.now
    askedAt = now
    isDoubted = false
    queue.noteAsked(.everything, at: now)
  }

  // MARK: A part

  private func ask(_ questions: [DirectoryQuestion]) {
    // Nothing of a directory that the file declares comes from the upstream.
    let asked = asksUpstream ? questions : questions.filter(\.isAboutPolicies)
    if asked.count < questions.count { answer { $0.isAboutPolicies ? nil : .published } }
    if asked.isEmpty { return }
    guard inquiry.dialect.hasRetentionPolicies, var latest = asksUpstream ? databases : [], !asked.contains(.everything)
    else {
      return asksUpstream ? askEverything() : askEveryPolicy()
    }
    var readings: [DirectoryQuestion: DirectoryReading] = [:]
    do throws(UpstreamInquiry.Problem) {
      for question in asked { readings[question] = try inquiry.read(question, into: &latest) }
    } catch {
      return fail(error)
    }
    let answered = queue.take { readings[$0] }
    guard asksUpstream, latest != databases else { return answered.forEach { $0.tell() } }
    databases = latest
    keep(.databases(latest), isWhole: false, tell: answered)
  }

  /// The policies that a 2.x upstream's mappings name, where its directory is declared.
  private func askEveryPolicy() {
    do throws(UpstreamInquiry.Problem) {
      let contents = try inquiry.contents().contents
      answer { $0.isAboutPolicies ? contents.reading(of: $0) : nil }
    } catch {
      fail(error)
    }
  }

  private func fail(_ problem: UpstreamInquiry.Problem) {
    health.note(problem)
    answer { _ in .failed }
  }

  private func answer(_ reading: (DirectoryQuestion) -> DirectoryReading?) { queue.take(reading).forEach { $0.tell() } }

  // MARK: Publishing

  /// The store gives identifiers, and only the management thread may ask it for them.
  private func keep(
    _ contents: UpstreamContents, isWhole: Bool, tell waiters: [DirectoryQueue.Waiter]
  ) {
    isPublishing = true
    published = waiters
    management.ask({ $0.publishDirectory(of: contents) }, for: itself) { $0.kept($1, isWhole: isWhole) }
  }

  private func kept(_ isKept: Bool, isWhole: Bool) {
    isPublishing = false
    if isKept {
      var found = status.value
      found.hasDirectory = true
      publish(found)
      if isWhole { health.noteDirectory(at: .now) }
    }
    let told = published
    published = []
    for waiter in told { waiter.tell(isPublished: isKept) }
  }

  private func publish(_ found: UpstreamStatus) {
    if found != status.value { status.publish(found) }
  }
}
