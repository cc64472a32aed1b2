// The server: built from a configuration, reloaded, drained and stopped.

import Access
import Authorizations
import Formats
import CSystem
public import Configuration
import Decision
import Gateway
import HTTP
import Management
import ManagementAPI
public import Observation
import Threading
import Transport
import Upstream

/// One gatehouse process. Made and run in the main thread, before any other thread exists.
public final class Server {
  private let path: String
  private var configuration: Configuration
  let events: EventLog
  private let loop: EventLoop
  private let accessLog: AccessLog?
  private let ticketKeys: [UInt8]
  private let shared: GatewayShared
  private let metrics = Metrics()
  /// What `/health` tells, from whichever thread finds it.
  private let conditions = Conditions()
  /// Ends the question that the directory thread may be waiting for.
  private let interruption = Interruption()
  private let management: LoopThread
  private let directory: LoopThread
  /// What is too long for an event loop.
  private let offloaded: LoopThread
  private var workers: [LoopThread] = []
  private let budget: DescriptorBudget
  private var drainDeadline: Instant?
  /// Addresses that accept, and whether they speak TLS.
  private var doors: [(address: String, isTLS: Bool)] = []
  private var announceBy = Instant.start

  /// What a question to the upstream for the directory may take.
  private static let inquiryTimeout = Interval.seconds(10)
  /// For how long the announcement waits for the first directory.
  private static let announcementPatience = Interval.seconds(1)
  /// Between two looks whether everything has ended, while draining.
  private static let drainInterval = Interval.milliseconds(10)
  /// Bytes that an event loop reads at once.
  private static let scratchBytes = 81_920

  /// Starts everything; returns once every listener accepts.
  ///
  /// - Parameters:
  ///   - path: the file that `configuration` came from, read again on SIGHUP.
  ///   - takesOver: whether another server may listen on the same ports, which is going to be stopped.
  public init(
    path: String, configuration: Configuration, events: EventLog, takesOver: Bool = false
  ) throws(StartProblem) {
    self.path = path
    self.configuration = configuration
    self.events = events
    do throws(TransportFailure) {
      loop = try EventLoop(scratchBytes: 4_096)
      ticketKeys = try ServerTLSSettings.randomTicketKeys()
    } catch {
      throw StartProblem(error.description)
    }
    if !takesOver { try Self.checkFree(configuration.listeners) }
    budget = DescriptorBudget.raised(for: configuration)
    guard budget.limit >= DescriptorBudget.least else {
      throw StartProblem("\(budget.limit) descriptors (ulimit -n, LimitNOFILE) are too few: \(DescriptorBudget.least)")
    }
    for shortage in budget.shortages {
      events.log(.warning, "descriptors are short", ["problem": .text("\(shortage.key): \(shortage.text)")])
    }
    let signals = try Self.signals(loop)
    accessLog = try Self.accessLog(configuration, conditions: conditions, events: events)
    let plan = GatewayPlan(configuration, ticketKeys: ticketKeys, budget: budget)
    try Self.check(plan, members: configuration.upstream.members)

    let authorizations = Publication<AuthorizationSnapshot>(.empty)
    let published = Publication<Directory>(.empty)
    let status = Publication<UpstreamStatus>(UpstreamStatus())
    let members = configuration.upstream.members.map { UpstreamMember($0) }
    let startedManagement = try Self.startManagement(
      configuration, authorizations: authorizations, directory: published, conditions: conditions, events: events)
    management = startedManagement
    let startedDirectory = try Self.startDirectory(
      configuration, plan: plan, members: members, status: status, conditions: conditions,
      management: startedManagement.mailbox, interruption: interruption, events: events)
    directory = startedDirectory
    let startedOffloaded = try LoopThread(name: "answers", scratchBytes: 4_096) { $0 }
    offloaded = startedOffloaded
    let services = GatewayServices(
      manage: { call, done in
        startedManagement.mailbox.post { loop in
          guard let worker = loop.context as? ManagementWorker else {
            return done(ManagementAnswer(status: 503, fields: [("Retry-After", "1")]))
          }
          worker.answer(call, done: done)
        }
      },
      ask: { inquiry, done in
        startedDirectory.mailbox.post { loop in
          guard let worker = loop.context as? DirectoryWorker else { return done([:]) }
          worker.ask(inquiry, mailbox: loop.mailbox, done)
        }
      },
      noteTrouble: {
        startedDirectory.mailbox.post { ($0.context as? DirectoryWorker)?.noteTrouble(mailbox: $0.mailbox) }
      },
      noteUses: { used in
        startedManagement.mailbox.post { ($0.context as? ManagementWorker)?.uses.note(used) }
      },
      noteRefusal: { call in
        startedManagement.mailbox.post { ($0.context as? ManagementWorker)?.note(call) }
      },
      offload: { work in startedOffloaded.mailbox.post { _ in work() } })
    shared = GatewayShared(
      settings: plan.settings, authenticator: try Self.authenticator(configuration), authorizations: authorizations,
      directory: published, status: status, conditions: conditions, shortage: budget.condition,
      failures: FailureLog(events: events), services: services,
      clock: { .now })
    try startWorkers(plan, members)
    signals.hand(to: self)
  }

  private static func checkFree(_ listeners: [Configuration.Listener]) throws(StartProblem) {
    for listener in listeners where listener.port != 0 {
      guard ListeningSocket.isTaken(address: listener.address, port: listener.port) else { continue }
      throw StartProblem(
        "\(listener.address) port \(listener.port) is in use; to take over from a gatehouse that is running, start with "
          + "--take-over and then stop the other")
    }
  }

  private final class Signals {
    weak var server: Server?
    var source: SignalSource?

    func hand(to server: Server) { self.server = server }
  }

  private static func signals(_ loop: EventLoop) throws(StartProblem) -> Signals {
    let signals = Signals()
    do throws(TransportFailure) {
      signals.source = try SignalSource(loop: loop) { signals.server?.received($0) }
    } catch {
      throw StartProblem(error.description)
    }
    return signals
  }

  /// Makes once, and drops, what every event loop will make: so that a bad certificate is found before anything starts.
  private static func check(_ plan: GatewayPlan, members: [Configuration.Member]) throws(StartProblem) {
    do throws(TransportFailure) {
      for listener in plan.listeners {
        if let tls = listener.tls { _ = try ServerTLSContext(tls) }
      }
      if members.contains(where: \.isTLS) { _ = try ClientTLSContext(caPath: plan.upstreamCA) }
    } catch {
      throw StartProblem(error.description)
    }
  }

  private static func authenticator(_ configuration: Configuration) throws(StartProblem) -> Authenticator {
    var settings = Authenticator.Settings()
    settings.cost = configuration.passwords.cost
    settings.workers = configuration.passwords.workers ?? max(1, Int(gh_usable_processors()) / 2)
    settings.queue = configuration.passwords.queue
    settings.upstreamTakesTokens = configuration.upstream.dialect.hasOwnTokens
    do { return try Authenticator(settings, clock: { .now }) } catch {
      throw StartProblem("no randomness or threads for verifying passwords")
    }
  }

  // MARK: Threads

  private static func startManagement(
    _ configuration: Configuration, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, conditions: Conditions, events: EventLog
  ) throws(StartProblem) -> LoopThread {
    let declarations = Declarations(configuration)
    return try LoopThread(name: "management", scratchBytes: 4_096) { (loop) throws(StartProblem) in
      let worker: ManagementWorker
      let passwords = PasswordMaker(makeMaker: PasswordMaker.libxcrypt(cost: configuration.passwords.cost))
      guard let passwords else { throw StartProblem("no threads for hashing passwords") }
      do {
        let store = try OpenStore.forChanges(configuration)
        let trail = try auditTrail(configuration, events)
        worker = try ManagementWorker(
          store: store, authorizations: authorizations, directory: directory, plan: DirectoryPlan(configuration),
          options: ManagementService.Options(
            version: "2.9.1", strongPasswords: configuration.passwords.strong,
            bodyBytes: configuration.limits.managementBytes),
          passwords: passwords, mailbox: loop.mailbox, trail: trail,
          failures: ChangeFailures(events: events, conditions: conditions),
          events: events)
        try worker.load(declarations)
        try worker.uses.restore()
        try worker.directory.publishDeclared()
      } catch {
        // Each says by itself which file it is about.
        throw StartProblem("\(error)")
      }
      loop.housekeeping = { [unowned loop, unowned worker] in worker.housekeep(now: loop.now) }
      return worker
    }
  }

  private static func auditTrail(
    _ configuration: Configuration, _ events: EventLog
  ) throws(AuditFile.Problem) -> AuditTrail? {
    guard let path = configuration.log.audit else { return nil }
    return AuditTrail(try AuditFile(path: path)) { problem in
      if let problem {
        events.log(.error, "the audit log cannot be written", ["reason": .text(problem)])
      } else {
        events.log(.info, "the audit log can be written again")
      }
    }
  }

  private static func startDirectory(
    _ configuration: Configuration, plan: GatewayPlan, members: [UpstreamMember], status: Publication<UpstreamStatus>,
    conditions: Conditions, management: Mailbox, interruption: Interruption, events: EventLog
  ) throws(StartProblem) -> LoopThread {
    let asksUpstream = configuration.directory.source == .upstream
    let interval = Interval.seconds(configuration.directory.refreshSeconds)
    if !asksUpstream {
      var known = status.value
      known.hasDirectory = true
      status.publish(known)
    }
    return try LoopThread(name: "directory", scratchBytes: 4_096) { (loop) throws(StartProblem) in
      let tls: ClientTLSContext?
      do throws(TransportFailure) {
        tls = members.contains(where: \.isTLS) ? try ClientTLSContext(caPath: plan.upstreamCA) : nil
      } catch {
        throw StartProblem(error.description)
      }
      let worker = DirectoryWorker(
        inquiry: UpstreamInquiry(
          dialect: configuration.upstream.dialect, members: members, tls: tls,
          authorization: plan.inquiryAuthorization, credentials: plan.credentials, timeout: inquiryTimeout,
          interruption: interruption),
        asksUpstream: asksUpstream, status: status,
        health: UpstreamHealth(
          conditions: conditions, events: events, refreshInterval: asksUpstream ? interval : nil),
        management: management, interval: interval)
      for member in members where !member.resolve() {
        events.log(.warning, "upstream name not found", ["host": .text(member.host)])
      }
      loop.housekeeping = { [unowned loop, unowned worker] in
        // Not the loop's clock, which stands while the worker waits for an answer.
        worker.housekeep(now: .now, mailbox: loop.mailbox)
      }
      return worker
    }
  }

  /// One event loop per processor. The first binds the ports that the configuration leaves open; the others join it.
  private func startWorkers(_ plan: GatewayPlan, _ members: [UpstreamMember]) throws(StartProblem) {
    let bound = Publication<[UInt16?]>(plan.listeners.map { $0.port == 0 ? nil : $0.port })
    let (shared, accessLog, events) = (shared, accessLog, events)
    for number in 0..<Int(gh_usable_processors()) {
      let shard = metrics.makeShard()
      workers.append(
        try LoopThread(
          name: "loop-\(number)", scratchBytes: Self.scratchBytes + plan.settings.limits.headBytes,
          longHeadBytes: plan.settings.limits.head.longest
        ) {
          (loop) throws(StartProblem) in
          do throws(TransportFailure) {
            let worker = try GatewayWorker(
              loop: loop, plan: plan, shared: shared, members: members, accessLog: accessLog, metrics: shard,
              events: events)
            bound.publish(try worker.listen(plan.listeners, ports: bound.value).map { $0 })
            return worker
          } catch {
            throw StartProblem(error.description)
          }
        })
    }
    for (listener, port) in zip(plan.listeners, bound.value) {
      doors.append((listener.name(port: port ?? 0), listener.tls != nil))
    }
  }

  // MARK: Life

  /// Serves until a signal ends it.
  public func run() {
    loop.context = self
    announceBy = loop.now + Self.announcementPatience
    let resume = loop.resumption { [unowned self] (_: Bool) in announce() }
    shared.services.ask(DirectoryInquiry([.everything], for: nil)) { _ in resume(true) }
    loop.housekeeping = { [unowned self] in
      if loop.now >= announceBy { announce() }
    }
    loop.run()
    for worker in workers { worker.stop() }
    offloaded.stop()
    interruption.interrupt()
    directory.stop()
    management.mailbox.post { ($0.context as? ManagementWorker)?.uses.keepAll() }
    management.stop()
    shared.authenticator.stop()
    if let accessLog { closeAccessLog(accessLog) }
  }

  /// Says that clients are welcome: once the directory is there, or cannot be waited for any longer.
  private func announce() {
    for door in doors {
      events.log(
        .info, "listening", ["address": .text(door.address), "tls": .text(door.isTLS ? "on" : "none: plaintext")])
    }
    doors = []
  }

  private func received(_ signal: SignalSource.Signal) {
    switch signal {
    case .stop:
      if drainDeadline == nil { drain() } else { finish() }
    case .reload: reload()
    case .reopenLogs:
      accessLog?.reopen()
      management.mailbox.post { ($0.context as? ManagementWorker)?.reopenAuditLog() }
    }
  }

  /// Accepts nothing more, lets what is under way end, and stops when it has, or at the deadline.
  private func drain() {
    events.log(.info, "draining", ["connections": .number(shared.openConnections)])
    drainDeadline = loop.now + .milliseconds(configuration.timeouts.drain)
    shared.beginDraining()
    for worker in workers { worker.mailbox.post { ($0.context as? GatewayWorker)?.drain() } }
    loop.housekeepingInterval = Self.drainInterval
    loop.housekeeping = { [unowned self] in
      guard shared.openConnections == 0 || loop.now >= (drainDeadline ?? .start) else { return }
      finish()
    }
  }

  /// Cuts off what is under way.
  private func finish() {
    for worker in workers { worker.mailbox.post { ($0.context as? GatewayWorker)?.finish() } }
    loop.housekeeping = nil
    loop.stop()
  }

  /// Takes a changed file's certificates, declared logins and the upstream's secrets; a file with problems changes nothing.
  private func reload() {
    let read: Configuration
    do throws(Problems) { read = try Configuration.load(path: path) } catch {
      for problem in error.all { events.log(.error, "reload refused", ["problem": .text("\(problem)")]) }
      return
    }
    let plan = GatewayPlan(read, ticketKeys: ticketKeys, budget: budget)
    do throws(StartProblem) { try Self.check(plan, members: read.upstream.members) } catch {
      return events.log(.error, "reload refused", ["problem": .text(error.description)])
    }
    let old = configuration
    guard old.differsOnlyInReloadable(from: read) else {
      return events.log(
        .error, "reload refused",
        [
          "problem":
            "only certificates, credentials, [[authorization]] and [[token]] can be reloaded: restart for other changes"
        ])
    }
    configuration = read
    let settings = plan.listeners.map(\.tls)
    for worker in workers { worker.mailbox.post { ($0.context as? GatewayWorker)?.replaceTLS(settings) } }
    if old.upstream != read.upstream {
      shared.replaceAuthorizations(plan.settings.authorizations)
      let (authorization, credentials) = (plan.inquiryAuthorization, plan.credentials)
      directory.mailbox.post { loop in
        (loop.context as? DirectoryWorker)?.replace(
          authorization: authorization, credentials: credentials, mailbox: loop.mailbox)
      }
    }
    let declarations = Declarations(read)
    management.mailbox.post { ($0.context as? ManagementWorker)?.reload(declarations) }
    events.log(.info, "reloaded")
  }
}

extension Configuration {
  /// Whether everything that a running server cannot change is as before.
  fileprivate func differsOnlyInReloadable(from other: Configuration) -> Bool {
    var (mine, theirs) = (self, other)
    mine.authorizations = []
    theirs.authorizations = []
    mine.tokens = []
    theirs.tokens = []
    mine.warnings = []
    theirs.warnings = []
    mine.upstream = mine.upstream.withoutCredentials
    theirs.upstream = theirs.upstream.withoutCredentials
    mine.listeners = mine.listeners.map { $0.withoutFiles }
    theirs.listeners = theirs.listeners.map { $0.withoutFiles }
    return mine == theirs
  }
}

extension Configuration.Upstream {
  fileprivate var withoutCredentials: Self {
    var copy = self
    (copy.username, copy.password, copy.token, copy.operatorCredential) = (nil, nil, nil, nil)
    return copy
  }
}

extension Configuration.Listener {
  fileprivate var withoutFiles: Self {
    var copy = self
    copy.line = 0
    copy.tls?.certificatePath = ""
    copy.tls?.keyPath = ""
    return copy
  }
}
