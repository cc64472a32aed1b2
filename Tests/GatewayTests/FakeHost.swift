// An exchange's surroundings without a socket: what it asks for is written down, and tests bring about what follows.

import Access
import Decision
import Formats
import HTTP
import ManagementAPI
import TestSupport
import Threading

@testable import Gateway
@testable import Transport
@testable import Upstream

final class FakeLease: ExchangeLease {
  var memberName = "member:8086"
  var hostField = Array("Host: member:8086\r\n".utf8)
  var isReused = false
  var isBroken = false
  var isCongested = false
  var readsResponse = true
  var sent: [UInt8] = []
  var isAwaited = false
  var isAbandoned = false

  func send(_ bytes: UnsafeRawBufferPointer) { sent += Array(bytes) }
  func awaitResponse(answersHead: Bool) { isAwaited = true }
  func abandon() { isAbandoned = true }

  var text: String { String(decoding: sent, as: UTF8.self) }
}

final class FakeHost: ExchangeHost {
  typealias Lease = FakeLease

  var limits = GatewayLimits()
  var timeouts = GatewayTimeouts()
  var dialect = Dialect.influxDB1
  var version: String? = "1.8.10"
  var generations = Generations.none
  let client = Client(address: "192.0.2.1", isTLS: true, services: [.data, .management])
  let clock = ManualClock()
  let scratch = Scratch(bytes: 65_536)
  private let decoder = RequestHeadDecoder()

  /// What the next judgements come to.
  var verdicts: [Verdict] = []
  var objection: Refusal?
  /// Connections that are free.
  var leases: [FakeLease] = []

  var isGone = false
  var requestBody = BodyDecoder(.none)
  var readsInput = true
  var isCongested = false
  var takesOnNext = false
  var keptForFilters = 0
  private var parked: [UInt8] = []
  private var held: [UInt8] = []

  /// What was asked for, in order.
  var events: [String] = []
  var deadline: Interval?
  var written: [UInt8] = []
  var facts = ExchangeFacts(startedAt: .start)
  var records: [ExchangeFacts] = []
  var answered = 0
  var abandoned = 0
  var isSpoilt = false
  var waitsForLease = false
  /// What calls back.
  var onReadings: (([DirectoryQuestion: DirectoryReading]) -> Void)?
  var onManagement: ((ManagementAnswer) -> Void)?
  var onVerification: ((AuthenticationOutcome) -> Void)?
  var onPiece: ((AnswerRest.Piece) -> Void)?
  var onFilter: (() -> Void)?

  func judge(_ view: RequestView, _ pending: inout PendingDecision, _ notes: inout DecisionNotes) -> Verdict {
    verdicts.isEmpty ? .refuse(.notFound) : verdicts.removeFirst()
  }
  func objection(to request: UpstreamRequest, _ decidedUnder: inout Generations) -> Refusal? { objection }
  func wantsPretty(_ view: RequestView, _ pending: PendingDecision) -> Bool { false }

  func takeBody(_ bytes: UnsafeMutableRawBufferPointer) throws(HeadProblem) -> UnsafeRawBufferPointer {
    let step = try requestBody.decode(bytes)
    held += Array(bytes[step.consumed...])
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<step.produced])
  }
  func park(_ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer) {
    parked = Array(view.bytes)
    held += Array(atHand)
  }
  func withParkedHead(_ use: (RequestView) -> Void) -> HeadProblem? { withParkedRequest { view, _ in use(view) } }
  func withParkedRequest(_ use: (RequestView, UnsafeMutableRawBufferPointer) -> Void) -> HeadProblem? {
    let bytes = parked
    var rest = held
    held = []
    return bytes.withUnsafeBytes { head in
      do throws(HeadProblem) { try decoder.decode(head, limits: limits.head) } catch { return error }
      rest.withUnsafeMutableBytes { use(RequestView(bytes: head, head: decoder, client: client), $0) }
      return nil
    }
  }
  func withHeldBody(_ use: (UnsafeMutableRawBufferPointer) -> Void) {
    var early = held
    held = []
    early.withUnsafeMutableBytes { use($0) }
  }
  func receive(_ input: ExchangeInput) {}
  func sayContinue() { events.append("continue") }
  func awaitBody(_ patience: Interval) { deadline = patience }
  func setDeadline(after patience: Interval) { deadline = patience }
  func clearDeadline() { deadline = nil }
  func awaitTaking() { events.append("await taking") }
  func takesOn() -> Bool { takesOnNext }

  func begin(_ answer: LocalAnswer, hasBody: Bool) { events.append("answer \(answer.status)") }
  func write(_ piece: [UInt8], isLast: Bool) { written += piece }
  func relay(
    _ head: UpstreamResponseHead?, to request: UpstreamRequest, _ piece: UnsafeRawBufferPointer, isComplete: Bool,
    isHeld: Bool
  ) -> Delivery {
    if isHeld { return .held(Array(piece)) }
    written += Array(piece)
    return .sent
  }
  func writeHeld(_ bytes: [UInt8]) { written += bytes }
  func spoil(always: Bool) { isSpoilt = true }
  func exchangeAnswered() { answered += 1 }
  func exchangeAbandoned() { abandoned += 1 }

  func lease(_ claim: UpstreamClaim) -> FakeLease? {
    if !leases.isEmpty { return leases.removeFirst() }
    waitsForLease = true
    return nil
  }
  func cancelLease() { waitsForLease = false }

  func verify(_ verification: PendingVerification, _ then: @escaping (AuthenticationOutcome) -> Void) {
    onVerification = then
  }
  func ask(_ inquiry: DirectoryInquiry, _ then: @escaping ([DirectoryQuestion: DirectoryReading]) -> Void) {
    onReadings = then
  }
  func manage(_ call: ManagementCall, _ then: @escaping (ManagementAnswer) -> Void) { onManagement = then }
  func makePiece(_ rest: AnswerRest, _ then: @escaping (AnswerRest.Piece) -> Void) { onPiece = then }
  func filter(
    _ answer: [UInt8], by filter: AnswerFilter, _ form: AnswerForm, _ then: @escaping (LocalAnswer?) -> Void
  ) {
    onFilter = { then(filter.filtered(answer, form)) }
  }
  func later(_ then: @escaping () -> Void) { then() }

  var instant: Instant { clock.now }
  var now: Instant { clock.now }
  func admit() { events.append("admit") }
  func noteCredential(_ token: UpstreamToken, isAccepted: Bool) {}
  func note(_ refusal: Refusal) { events.append("refusal \(refusal.status)") }
  func note(_ failure: UpstreamFailure) { events.append("failure") }
  func record() { records.append(facts) }
}
