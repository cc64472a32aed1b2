// Framing and pacing of one client's connection that speaks HTTP/1: what its bytes are, and what is read of them when.

import Decision
import HTTP
import Upstream

/// Takes what happens on a connection and says what is to be done about it. It has no socket and no clock: bytes, the
/// state of the socket and times are given to it.
///
/// Bytes that were received and not used yet are in `hold`; nothing else survives from one event to the next, since what
/// is read lies in the loop's scratch.
struct HTTP1Connection {
  enum State: Equatable {
    /// The TLS handshake is under way.
    case opening
    /// Between two requests. What is held is the next request.
    case idle
    /// What is held is the beginning of a head, and nothing else.
    case readingHead
    /// From a head that was read to the end of its response.
    case inExchange(ExchangeInput)
    /// The rest of a refused request's body is read off, so that the connection can be kept.
    case draining
    /// Answered and closing: what the client still sends is read off, so that it gets to see the answer.
    ///
    /// - awaitsInput: whether it may still be sending, so that a close would reset the answer away.
    case lingering(awaitsInput: Bool)
    case closed
  }

  var state = State.opening
  var hold: [UInt8] = []
  var scanner = HeadScanner()
  /// The head of a request whose decision or dispatch waits for something.
  private(set) var parkedHead: [UInt8] = []
  /// Of the request under way, and of the last one between two.
  private(set) var body = BodyDecoder(.none)
  private var expectsContinue = false
  var response = ResponseWriter()
  /// What it has of the memory for long heads, bytes.
  var longHeadBytes = 0

  private var received = 0
  private var progressMark = 0
  /// What waited to be taken when its deadline was set, bytes.
  private var backlogMark = 0
  /// Whether what is held waits for the next batch of events, this client having had its turn in the last.
  var isYielding = false

  /// Bytes that must pass within each deadline, either way: a client below it would hold its connection for ever.
  static let minimumProgress = 1_024
  /// Bytes received ahead while a response is awaited; beyond it the client is not read.
  static let maximumHold = 65_536
  /// Requests that are answered in one event of a client that sends them ahead.
  static let requestsPerTurn = 4
  /// As much of a refused body is read off as is worth keeping the connection for, bytes.
  static let maximumDrain = 262_144

  init() {}

  // MARK: Requests

  /// Ready for the next request.
  mutating func awaitRequest() {
    state = .idle
    scanner = HeadScanner()
    received = 0
    progressMark = 0
    if !parkedHead.isEmpty { parkedHead.release() }
  }

  /// A head was decoded: its exchange begins.
  ///
  /// - Parameter lacksLength: whether what follows may be a body that nothing tells the end of.
  mutating func beginExchange(_ head: RequestHeadDecoder, lacksLength: Bool) throws(HeadProblem) {
    response = ResponseWriter(head)
    if lacksLength { throw .lengthMissing }
    expectsContinue = head.expectsContinue
    body = BodyDecoder(head.framing)
    state = .inExchange(.nothing)
  }

  /// What the exchange wants of what its client sends.
  mutating func receive(_ input: ExchangeInput) { state = .inExchange(input) }

  // MARK: What is held

  /// Keeps the head and what follows it until a decision is possible.
  mutating func park(_ head: UnsafeRawBufferPointer, _ atHand: UnsafeMutableRawBufferPointer) {
    parkedHead = Array(head)
    if atHand.count > 0 { hold.append(contentsOf: atHand) }
  }

  /// Keeps what came ahead of its turn.
  ///
  /// - Returns: whether more may be read.
  mutating func holdAhead(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
    hold.append(contentsOf: bytes)
    return hold.count <= Self.maximumHold
  }

  var heldCount: Int { hold.count }

  /// A copy of what is held.
  var held: [UInt8] { hold }

  /// Moves what is held to the start of `room`; nil where it does not fit.
  mutating func unhold(into room: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer? {
    guard hold.count <= room.count else { return nil }
    hold.withUnsafeBytes { room.copyMemory(from: $0) }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: room[..<hold.count])
    hold.release()
    return bytes
  }

  /// Lets go of everything that is kept, for a connection that ends.
  mutating func forget() {
    hold = []
    parkedHead = []
  }

  // MARK: Turns

  enum Turn {
    /// Nothing more to do.
    case over
    /// The next request is held.
    case take
    /// Who does not take its answers gets no more of them: they would pile up here.
    case awaitTaking
    /// The next request waits for the others' events.
    case yield
  }

  /// An event's work is done.
  mutating func endYielding() { isYielding = false }

  /// What becomes of requests that were sent ahead.
  ///
  /// - Parameters:
  ///   - taken: how many this event has begun.
  ///   - isLate: whether the others' events should come before the next of several.
  mutating func nextTurn(taken: Int, isCongested: Bool, isLate: @autoclosure () -> Bool) -> Turn {
    switch state {
    case .idle, .readingHead: break
    default: return .over
    }
    if isCongested { return .awaitTaking }
    guard !hold.isEmpty, state == .idle else { return .over }
    guard taken < Self.requestsPerTurn, taken == 0 || !isLate() else {
      isYielding = true
      return .yield
    }
    return .take
  }

  // MARK: Bodies

  /// Takes payload out of the framing, in place; what follows the body is held.
  mutating func takeBody(
    _ bytes: UnsafeMutableRawBufferPointer
  ) throws(HeadProblem) -> UnsafeRawBufferPointer {
    let step = try body.decode(bytes)
    if step.consumed < bytes.count { hold.append(contentsOf: bytes[step.consumed...]) }
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<step.produced])
  }

  /// Whether the client waits to be told before it sends its body (RFC 9110 §10.1.1); it is told once.
  mutating func takeContinue() -> Bool {
    guard expectsContinue, !body.isComplete else { return false }
    expectsContinue = false
    return true
  }

  /// Begins to count what comes, from a deadline that is set now.
  mutating func beginProgress() { progressMark = received }

  /// Whether so much has come that the deadline is set anew.
  mutating func notesProgress(_ count: Int) -> Bool {
    received += count
    guard received - progressMark >= Self.minimumProgress else { return false }
    progressMark = received
    return true
  }

  // MARK: Answers

  /// Before the head of an answer of our own.
  mutating func beginAnswer(closes: Bool) {
    if closes || (!body.isComplete && !canDrain) { response.keepsAlive = false }
  }

  /// Appends the upstream's head, where there is one, and what stands before a piece of its body.
  ///
  /// - Returns: what stands behind the piece.
  mutating func frame(
    _ head: UpstreamResponseHead?, to request: UpstreamRequest, _ count: Int, isComplete: Bool, closes: Bool,
    _ writer: inout ByteWriter
  ) -> StaticString {
    if let head {
      // A body that the client has not sent whole can no longer be told from its next request.
      if closes || !body.isComplete { response.keepsAlive = false }
      response.writeHead(head, to: request, whole: isComplete ? count : nil, &writer)
    }
    return response.beginPiece(count, isLast: isComplete, &writer)
  }

  /// Whether the rest of the body will be read off rather than the connection closed.
  private var canDrain: Bool {
    guard !expectsContinue else { return false }
    guard let remaining = body.remainingLength else { return true }
    return remaining <= Self.maximumDrain
  }

  enum Following: Equatable { case nextRequest, restOfBody, end }

  /// After the last byte of a response.
  mutating func finishExchange(closes: Bool) -> Following {
    guard response.keepsAlive, !closes else { return .end }
    guard !body.isComplete else { return .nextRequest }
    state = .draining
    received = 0
    progressMark = 0
    return .restOfBody
  }

  /// Reads off what came of a refused request's body. What does not end, or is none, is not worth the connection; its
  /// answer is written already, and a second one would be taken for the next request's.
  ///
  /// - Returns: what follows now; nil where the body goes on.
  mutating func drain(_ bytes: UnsafeMutableRawBufferPointer) -> Following? {
    guard (try? takeBody(bytes)) != nil else { return .end }
    if body.isComplete { return .nextRequest }
    return received > Self.maximumDrain ? .end : nil
  }

  // MARK: A client that takes its time

  /// Begins to wait until the client has taken what was written.
  mutating func awaitTaking(backlog: Int) { backlogMark = backlog }

  /// Whether a client whose time is over is slow rather than gone: then it is waited for once more.
  mutating func takesOn(backlog: Int) -> Bool {
    guard backlog > 0, backlogMark - backlog >= Self.minimumProgress else { return false }
    backlogMark = backlog
    return true
  }
}
