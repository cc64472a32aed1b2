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
  let path: String
  var configuration: Configuration
  let events: EventLog
  let loop: EventLoop
  let accessLog: AccessLog?
  let ticketKeys: [UInt8]
  let shared: GatewayShared
  let metrics = Metrics()
  /// What `/health` tells, from whichever thread finds it.
  private let conditions = Conditions()
  /// Ends the question that the directory thread may be waiting for.
  let interruption = Interruption()
  let management: LoopThread<ManagementWorker>
  let directory: LoopThread<DirectoryWorker>
  /// What is too long for an event loop.
  let offloaded: LoopThread<EventLoop>
  var workers: [LoopThread<GatewayWorker>] = []
  let budget: DescriptorBudget
  var drainDeadline: Instant?
  /// Addresses that accept, and whether they speak TLS.
  var doors: [(address: String, isTLS: Bool)] = []
  var announceBy = Instant.start

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
      configuration, plan: plan, members: members, status: status, known: published, conditions: conditions,
      management: startedManagement.handle, interruption: interruption, events: events)
    directory = startedDirectory
    let startedOffloaded = try LoopThread<EventLoop>(name: "answers", scratchBytes: 4_096) { $0 }
    offloaded = startedOffloaded
    let services = GatewayServices(
      manage: { call, done in startedManagement.handle.tell { $0.answer(call, done: done) } },
      ask: { inquiry, done in startedDirectory.handle.tell { $0.ask(inquiry, done) } },
      noteTrouble: { startedDirectory.handle.tell { $0.noteTrouble() } },
      noteUses: { used in startedManagement.handle.tell { $0.uses.note(used) } },
      noteRefusal: { call in startedManagement.handle.tell { $0.note(call) } },
      offload: { work in startedOffloaded.handle.tell { _ in work() } })
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
  static func check(_ plan: GatewayPlan, members: [Configuration.Member]) throws(StartProblem) {
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
}
