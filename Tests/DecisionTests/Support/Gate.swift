// A gatekeeper without sockets or threads: requests go in as bytes, decisions come out.

import Authorizations
import HTTP
import ManagementAPI
import Synchronization
import TestSupport
import Threading

@testable import Access
@testable import Decision
import Formats

/// A health report that a test changes.
final class HealthBox: Sendable {
  let report = Mutex(HealthReport())

  func set(_ check: HealthReport.Check) { report.withLock { $0.checks.append(check) } }
  func drain() { report.withLock { $0.isDraining = true } }
  func clear(_ name: String) { report.withLock { $0.checks.removeAll { $0.name == name } } }
}

/// What a request came to, with everything that would leave for the upstream.
struct Decision {
  enum Verdict {
    case forwarded(UpstreamRequest)
    case answered(LocalAnswer)
    case refused(Refusal)
    case managed(ManagementCall)
    /// The body is longer than what the decision asked for.
    case bodyTooLong
    /// Nothing was decided within many rounds.
    case endless
  }

  var verdict: Verdict
  var notes = DecisionNotes()
  /// What was asked for on the way: `verify`, `body`, `directory`.
  var steps: [String] = []
  /// The whole request as it leaves, where it is forwarded.
  var outgoing = ""

  var refusal: Refusal? { if case .refused(let refusal) = verdict { refusal } else { nil } }
  var status: Int? { refusal?.status }
  var request: UpstreamRequest? { if case .forwarded(let request) = verdict { request } else { nil } }
  var answer: LocalAnswer? { if case .answered(let answer) = verdict { answer } else { nil } }
  var call: ManagementCall? { if case .managed(let call) = verdict { call } else { nil } }

  var isPermitted: Bool { if case .permit = request?.authority { true } else { false } }

  /// The lines of the outgoing head.
  var head: [String] { outgoing.split(separator: "\r\n\r\n", maxSplits: 1).first.map(lines) ?? [] }
  var line: String { head.first ?? "" }
  /// What follows the outgoing head.
  var form: String {
    let parts = outgoing.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count > 1 ? String(parts[1]) : ""
  }

  /// The value of an outgoing field, nil unless it is there exactly once.
  func field(_ name: String) -> String? {
    let values = head.dropFirst().filter { $0.lowercased().hasPrefix("\(name.lowercased()):") }
    return values.count == 1 ? String(values[0].dropFirst(name.utf8.count + 2)) : nil
  }

  private func lines(_ text: Substring) -> [String] { text.split(separator: "\r\n").map(String.init) }
}

final class Gate {
  let shared: DecisionSources
  /// What `/health` is told.
  let health = HealthBox()
  let gatekeeper: Gatekeeper
  var memo = DecisionMemo()
  /// Called where the upstream would be asked for its databases anew.
  var refresh: () -> Bool = { true }
  /// What a reading of one database's policies finds; nil where that is not told apart.
  var policies: (String) -> [String]? = { _ in nil }
  /// Everything that was asked of the upstream.
  var asked: [DirectoryQuestion] = []
  var services: Services = [.data, .management]
  /// Called whenever a request has to wait, with what is known of it then.
  var whileWaiting: (PendingDecision) -> Void = { _ in }
  private let decoder = RequestHeadDecoder()

  init(
    _ dialect: Dialect = .influxDB1, other: OtherTraffic = .deny, tokens: [APIToken] = [],
    directory: Directory = World.directory(), authenticator change: (inout Authenticator.Settings) -> Void = { _ in }
  ) throws {
    var settings = GatewaySettings()
    settings.dialect = dialect
    settings.other = other
    settings.authorizations.everyday = Array("Basic b3VyOm93bg==".utf8)
    var authentication = Authenticator.Settings()
    authentication.cost = 4
    authentication.workers = 0
    authentication.upstreamTakesTokens = dialect == .influxDB2
    change(&authentication)
    var status = UpstreamStatus()
    status.isReachable = true
    status.hasDirectory = true
    status.version = "1.6.7"
    status.organization = .one(World.organization, credential: settings.authorizations.identity)
    shared = DecisionSources(
      settings: Publication(settings),
      authenticator: try Authenticator(authentication, clock: { .start + .seconds(1) }),
      authorizations: Publication(World.snapshot(tokens: tokens)), directory: Publication(directory),
      status: Publication(status),
      health: { [health] in health.report.withLock { $0 } },
      clock: { .start + .seconds(1) })
    gatekeeper = Gatekeeper(shared)
  }

  /// Judges one request to its end, giving it whatever it waits for.
  func judge(_ head: String, body: String = "", source: String = "10.0.0.1") -> Decision {
    judge(Array(head.utf8), body: Array(body.utf8), source: source)
  }

  func judge(_ head: [UInt8], body: [UInt8] = [], source: String = "10.0.0.1") -> Decision {
    let client = Client(address: source, isTLS: true, services: services)
    return head.withUnsafeBytes { bytes in
      do throws(HeadProblem) {
        try decoder.decode(bytes, limits: HeadLimits(bytes: 65_536, fields: 100))
      } catch {
        return Decision(verdict: .refused(.malformed(error.reason, status: error.status)))
      }
      return judge(RequestView(bytes: bytes, head: decoder, client: client), body)
    }
  }

  private func judge(_ view: RequestView, _ body: [UInt8]) -> Decision {
    var progress = PendingDecision()
    var decision = Decision(verdict: .endless)
    for look in 0..<8 {
      if look > 0 { whileWaiting(progress) }
      switch gatekeeper.judge(view, &progress, memo: &memo, notes: &decision.notes) {
      case .forward(let request):
        decision.verdict = .forwarded(request)
        decision.outgoing = outgoing(request, view, body)
        return decision
      case .answer(let answer): decision.verdict = .answered(answer)
      case .refuse(let refusal): decision.verdict = .refused(refusal)
      case .manage(let call): decision.verdict = .managed(call)
      case .needsBody(let limit):
        decision.steps.append("body")
        if body.count <= limit {
          progress.note(body: body)
          continue
        }
        decision.verdict = .bodyTooLong
      case .verify(let verification):
        decision.steps.append("verify")
        progress.note(verify(verification))
        continue
      case .ask(let inquiry):
        decision.steps.append("directory")
        asked += inquiry.questions
        let isAnswered = refresh()
        for question in inquiry.questions {
          progress.note([question: isAnswered ? reading(of: question) : .failed])
        }
        continue
      }
      return decision
    }
    return decision
  }

  private func reading(of question: DirectoryQuestion) -> DirectoryReading {
    guard case .policies(let database) = question, let names = policies(String(decoding: database, as: UTF8.self))
    else { return .published }
    return .policies(names)
  }

  /// Leaves a verification waiting that nobody makes.
  func fillHashQueue() {
    let other = Credential.login(name: Array("other".utf8), password: Array("x".utf8))
    let snapshot = shared.authorizations.value
    let authentication = shared.authenticator.authenticate(
      other, source: SourceAddress("10.0.0.9"), snapshot: snapshot, now: .start + .seconds(1))
    guard case .pending(let waiting) = authentication else { return }
    _ = shared.authenticator.start(waiting, snapshot: snapshot, now: .start + .seconds(1)) { _ in }
  }

  private func verify(_ verification: PendingVerification) -> AuthenticationOutcome {
    let box = Box()
    let settled = shared.authenticator.start(
      verification, snapshot: shared.authorizations.value, now: .start + .seconds(1)
    ) {
      result in box.result.withLock { $0 = result }
    }
    if let settled { return settled }
    while shared.authenticator.runOneVerification({
      fakeHash(String(decoding: $0, as: UTF8.self)) == $1.text ? .matches : .differs
    }) {}
    guard let made = box.result.withLock({ $0 }) else { return .overloaded }
    return shared.authenticator.conclude(verification, made, snapshot: shared.authorizations.value)
  }

  private final class Box: Sendable {
    let result = Mutex<VerificationResult?>(nil)
  }

  private func outgoing(_ request: UpstreamRequest, _ view: RequestView, _ body: [UInt8]) -> String {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 131_072, alignment: 1)
    defer { memory.deallocate() }
    var writer = ByteWriter(memory)
    let framing: BodyFraming =
      if let own = request.body {
        .length(own.count)
      } else {
        request.carriesClientBody && view.head.framing != .none ? .length(body.count) : .none
      }
    request.writeHead(to: &writer, view, framing: framing)
    writer.append(request.body ?? (request.carriesClientBody ? body : []))
    let opening = request.opening(host: Array("Host: upstream:8087\r\n".utf8))
    return String(decoding: opening.followed(by: writer.written), as: UTF8.self)
  }
}
