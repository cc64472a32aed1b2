// What an exchange needs of its surroundings: its client, connections to the upstream, and those who keep accounts.

import Access
import Decision
import Formats
import HTTP
import ManagementAPI
import Threading
import Transport
import Upstream

/// What an exchange wants of what its client sends.
enum ExchangeInput { case nothing, body, ahead }

/// A connection to the upstream that an exchange has for itself.
protocol ExchangeLease: AnyObject {
  /// `host:port` of who is at its other end.
  var memberName: String { get }
  /// The `Host` field for it, with its line end.
  var hostField: [UInt8] { get }
  /// Whether an earlier exchange used it, so that the upstream may just have closed it.
  var isReused: Bool { get }
  /// Whether the socket refused what was sent: none of it has left.
  var isBroken: Bool { get }
  var isCongested: Bool { get }
  var readsResponse: Bool { get set }
  func send(_ bytes: UnsafeRawBufferPointer)
  func awaitResponse(answersHead: Bool)
  func abandon()
}

extension UpstreamConnection: ExchangeLease {
  var memberName: String { member.name }
  var hostField: [UInt8] { member.hostField }
}

/// How a piece of a response left.
enum Delivery {
  case sent
  /// It was to be kept back, as these bytes.
  case held([UInt8])
  /// It does not fit: nothing of it was sent.
  case overflow
}

/// One for each client's connection, or for each stream of one that carries several. Everything that calls back does so
/// in the exchange's event loop, in an event of its own.
protocol ExchangeHost: AnyObject {
  associatedtype Lease: ExchangeLease

  // MARK: Deciding

  var limits: GatewayLimits { get }
  var timeouts: GatewayTimeouts { get }
  var dialect: Dialect { get }
  /// Of the upstream; nil while it has not told.
  var version: String? { get }
  var generations: Generations { get }
  func judge(_ view: RequestView, _ pending: inout PendingDecision, _ notes: inout DecisionNotes) -> Verdict
  func objection(to request: UpstreamRequest, _ decidedUnder: inout Generations) -> Refusal?
  func wantsPretty(_ view: RequestView, _ pending: PendingDecision) -> Bool

  // MARK: The client's side

  var client: Client { get }
  /// Whether the client has gone, so that nothing can be told to it any more.
  var isGone: Bool { get }
  /// What is to come of the request's body.
  var requestBody: BodyDecoder { get }
  /// Takes the payload out of what was received of the body; what follows the body is kept.
  func takeBody(_ bytes: UnsafeMutableRawBufferPointer) throws(HeadProblem) -> UnsafeRawBufferPointer
  /// Keeps the head and what was received behind it.
  func park(_ view: RequestView, _ atHand: UnsafeMutableRawBufferPointer)
  /// The head that was kept, whose bytes stay in place during `use`; what is wrong with it where it cannot be read again.
  func withParkedHead(_ use: (RequestView) -> Void) -> HeadProblem?
  /// The same in the loop's scratch, with what was received behind it.
  func withParkedRequest(_ use: (RequestView, UnsafeMutableRawBufferPointer) -> Void) -> HeadProblem?
  /// Gives what is held of the body.
  func withHeldBody(_ use: (UnsafeMutableRawBufferPointer) -> Void)
  func receive(_ input: ExchangeInput)
  /// Stops or resumes reading: what the client sends meanwhile slows it.
  var readsInput: Bool { get set }
  /// Tells a client that waits for it that it may send its body.
  func sayContinue()
  /// Gives the client so long for a piece of the body, from now on.
  func awaitBody(_ patience: Interval)
  func setDeadline(after patience: Interval)
  func clearDeadline()
  /// Whether something written has not left yet.
  var isCongested: Bool { get }
  func awaitTaking()
  /// Whether a client whose time to take what was written is over is waited for once more.
  func takesOn() -> Bool

  /// Writes the head of an answer of our own.
  ///
  /// - Parameter hasBody: whether its body goes with it, which is short and whole.
  func begin(_ answer: LocalAnswer, hasBody: Bool)
  /// Writes a piece of a body whose length is not known.
  func write(_ piece: [UInt8], isLast: Bool)
  /// Writes the upstream's head, where this piece comes with one, and payload, in one go.
  func relay(
    _ head: UpstreamResponseHead?, to request: UpstreamRequest, _ piece: UnsafeRawBufferPointer, isComplete: Bool,
    isHeld: Bool
  ) -> Delivery
  /// Writes what was kept back.
  func writeHeld(_ bytes: [UInt8])
  /// Makes the coming close say that the answer is not whole, where it would not be seen otherwise, or in any case.
  func spoil(always: Bool)
  /// The response has left whole, and is recorded.
  func exchangeAnswered()
  /// The exchange is over without a whole response, and recorded: so is the connection.
  func exchangeAbandoned()

  // MARK: The upstream's side

  /// A connection now, or nil: then `leased` is called later, unless it is cancelled.
  func lease(_ claim: UpstreamClaim) -> Lease?
  func cancelLease()
  var scratch: Scratch { get }

  // MARK: Who is asked

  func verify(_ verification: PendingVerification, _ then: @escaping (AuthenticationOutcome) -> Void)
  func ask(_ inquiry: DirectoryInquiry, _ then: @escaping ([DirectoryQuestion: DirectoryReading]) -> Void)
  func manage(_ call: ManagementCall, _ then: @escaping (ManagementAnswer) -> Void)
  func makePiece(_ rest: AnswerRest, _ then: @escaping (AnswerRest.Piece) -> Void)
  func filter(
    _ answer: [UInt8], by filter: AnswerFilter, _ form: AnswerForm, _ then: @escaping (LocalAnswer?) -> Void)
  /// After the others' events.
  func later(_ then: @escaping () -> Void)
  /// Bytes of answers that are kept to be filtered, in all of the event loop.
  var keptForFilters: Int { get set }

  // MARK: Accounts

  /// Of the exchange under way.
  var facts: ExchangeFacts { get set }
  /// Now, by the monotonic clock.
  var instant: Instant { get }
  /// When the event under way began.
  var now: Instant { get }
  /// Something was authenticated.
  func admit()
  func noteCredential(_ token: UpstreamToken, isAccepted: Bool)
  func note(_ refusal: Refusal)
  func note(_ failure: UpstreamFailure)
  /// Exactly once for each exchange whose head began to be read.
  func record()
}
