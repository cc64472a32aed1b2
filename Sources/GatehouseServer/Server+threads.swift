// The threads of a server: what each is made of, and which events it tells.

import Access
import Authorizations
import CSystem
import Configuration
import Decision
import Formats
import Gateway
import HTTP
import Management
import ManagementAPI
import Observation
import Threading
import Transport
import Upstream

extension Server {
  /// What a question to the upstream for the directory may take.
  private static let inquiryTimeout = Interval.seconds(10)
  /// Bytes that an event loop reads at once.
  private static let scratchBytes = 81_920

  static func startManagement(
    _ configuration: Configuration, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, conditions: Conditions, events: EventLog
  ) throws(StartProblem) -> LoopThread<ManagementWorker> {
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

  static func startDirectory(
    _ configuration: Configuration, plan: GatewayPlan, members: [UpstreamMember], status: Publication<UpstreamStatus>,
    known: Publication<Directory>, conditions: Conditions, management: LoopHandle<ManagementWorker>,
    interruption: Interruption, events: EventLog
  ) throws(StartProblem) -> LoopThread<DirectoryWorker> {
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
        asksUpstream: asksUpstream, status: status, directory: known,
        organization: configuration.upstream.organization,
        credentialIdentity: plan.settings.authorizations.identity,
        health: UpstreamHealth(
          conditions: conditions, events: events, refreshInterval: asksUpstream ? interval : nil),
        management: management, itself: LoopHandle(loop.mailbox), interval: interval)
      for member in members where !member.resolve() {
        events.log(.warning, "upstream name not found", ["host": .text(member.host)])
      }
      // Not the loop's clock, which stands while the worker waits for an answer.
      loop.housekeeping = { [unowned worker] in worker.housekeep(now: .now) }
      return worker
    }
  }

  /// One event loop per processor. The first binds the ports that the configuration leaves open; the others join it.
  func startWorkers(_ plan: GatewayPlan, _ members: [UpstreamMember]) throws(StartProblem) {
    let bound = Publication<[UInt16?]>(plan.listeners.map { $0.port == 0 ? nil : $0.port })
    let (shared, accessLog, events) = (shared, accessLog, events)
    for number in 0..<Int(gh_usable_processors()) {
      let shard = metrics.makeShard()
      workers.append(
        try LoopThread(
          name: "loop-\(number)", scratchBytes: Self.scratchBytes + plan.settings.limits.headBytes,
          longHeadBytes: plan.settings.limits.head.longestRewritten
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
}
