// A client's connection: reads requests, lets them be decided, and moves the bytes of those that are permitted.

import Observation
import Synchronization
import Access
import Decision
import HTTP
import ManagementAPI
import Threading
import Transport
import Upstream

/// The thin shell around the phases: it knows sockets' streams and framing, and nothing of permissions.
///
/// Bytes that were received and not used yet are in `hold`; nothing else survives from one event to the next, since what
/// is read lies in the loop's scratch.
final class DownstreamConnection {
  enum State {
    case opening
    /// Between requests, or within a head.
    case readingHead
    /// For a verification, the directory or the management thread; nothing is read meanwhile.
    case waiting
    /// The body is being collected: before the decision, or before an upstream connection is leased.
    case collecting(toDecide: Bool)
    case leasing
    /// The request's body is passing.
    case streaming
    case awaitingResponse
    case relaying
    /// A long answer of our own is passing; what is left of it, or nil while its next piece is made.
    case answering(AnswerRest?)
    /// The rest of a refused request's body is read off, so that the connection can be kept.
    case draining
    /// Answered and closing: what the client still sends is read off, so that it gets to see the answer.
    case lingering
    case closed
  }

  unowned let gateway: GatewayLoop
  let client: Client
  let listener: String
  let acceptedAt: Instant
  var stream: ByteStream?
  var state = State.opening

  var hold: [UInt8] = []
  var scanner = HeadScanner()
  /// The head of a request whose decision or dispatch waits for its body.
  var parkedHead: [UInt8] = []
  var requestBody = BodyDecoder(.none)
  /// Whether `requestBody` is that of the request under way.
  var hasReadHead = false
  /// Whether the client may still be sending, so that a close would reset the answer away.
  var lingersForInput = true
  /// Payload collected so far.
  var body: [UInt8] = []
  var bodyLimit = 0
  var progress = PendingDecision()
  var memo = DecisionMemo()
  var exchange = Exchange()
  /// Whether a credential was refused on this connection.
  var hasFailedLogIn = false
  /// Whether it waits for a password to be verified.
  var isVerifying = false

  var request: UpstreamRequest?
  /// The state that `request` was permitted under.
  var decidedUnder = Generations.none
  /// Whether the upstream reads the body as gzip.
  var isInflated = false
  /// Counts a body that streams.
  var gauge: BodyGauge?
  var upstream: UpstreamConnection?
  /// The whole request, where it waits for a connection or may have to be sent again.
  var outgoing: [UInt8] = []
  var hasRepeated = false
  var responseHasBegun = false
  /// The end of a response that waits for the directory.
  var heldEnd: [UInt8]?
  /// Whether the response is kept back, to be read here first.
  var isFiltering = false
  /// Whether what is held is the beginning of a head and nothing else.
  var holdsPartOfHead = false
  /// What this connection has of the memory for long heads, bytes.
  var longHeadBytes = 0
  /// Bytes of that response, until it has been answered.
  var keptForFilter = 0

  var received = 0
  private var progressMark = 0
  /// What waited to be taken when its deadline was set, bytes.
  private var backlogMark = 0
  /// Its place among the connections on which nothing was ever authenticated; nil from the first login on.
  var strangerNumber: UInt64?
  private var isBusy = false
  /// Whether what is held waits for the next batch of events, this client having had its turn in the last.
  private var isYielding = false

  /// Bytes that must arrive within each `bodyProgress`: a client below it would hold its connection for ever.
  private static let minimumProgress = 1_024
  /// Bytes received ahead while a response is awaited; beyond it the client is not read.
  private static let maximumHold = 65_536
  /// Requests that are answered in one event of a client that sends them ahead.
  private static let requestsPerTurn = 4
  /// Time of a batch of events after which one request of such a client has to do: a single one may take many.
  private static let turnTime = Interval.milliseconds(5)
  /// For how long an answered and closed connection is still read.
  static let lingerTime = Interval.seconds(2)
  /// For the first request of a client whose handshake ended while the server stops.
  private static let lastRequestTime = Interval.seconds(1)

  init(
    gateway: GatewayLoop, accepted descriptor: Int32, tls: ServerTLSContext?, client: Client, listener: String
  ) throws(TransportFailure) {
    self.gateway = gateway
    self.client = client
    self.listener = listener
    acceptedAt = gateway.loop.now
    stream = try ByteStream(accepted: descriptor, loop: gateway.loop, tls: tls, handler: self)
  }

  var settings: GatewaySettings { gateway.settings }

  func begin() {
    if client.isTLS {
      stream?.setDeadline(after: settings.timeouts.handshake)
    } else {
      awaitRequest()
    }
  }

  /// Closes an idle connection; one with a request under way closes after its response.
  func drain() {
    switch state {
    // Nobody has begun anything: a probe, or a browser that connects in advance.
    case .opening where stream?.hasHeardNothing ?? false: return close()
    case .lingering where !lingersForInput && stream?.isCongested == false: return close()
    default: break
    }
    // A request that lies in the socket already is answered: a close now would reset it away.
    guard case .readingHead = state, hold.isEmpty, let stream, !stream.isStale, !stream.hasBufferedInput else { return }
    // The end of the last answer may still be on its way.
    if stream.isCongested { linger() } else { closeInOrder() }
  }

  /// Whether nobody waits for an answer on it, or it is one that only floods wait for so long. Who sends without end has
  /// no claim to stay, or a few such would keep everybody else out.
  var mayGo: Bool {
    switch state {
    case .opening, .readingHead, .lingering, .draining: !isBusy
    case .waiting where isVerifying: hasFailedLogIn || gateway.loop.now - acceptedAt > Self.verificationPatience
    default: false
    }
  }

  /// After which a first password that waits for its turn makes way: those of honest clients have theirs
  /// sooner. A second one has no claim.
  private static let verificationPatience = Interval.seconds(10)

  /// Makes room for another connection.
  func giveWay() {
    if case .readingHead = state { return closeInOrder() }
    if case .waiting = state {
      exchange.status = 503
      exchange.notes.reason = "made way for another connection"
      record()
    }
    // What still waits for a verification keeps this object, and must not keep these.
    hold = []
    parkedHead = []
    body = []
    close()
  }

  // MARK: Requests

  /// Ready for the next request.
  func awaitRequest() {
    state = .readingHead
    hasReadHead = false
    scanner = HeadScanner()
    holdsPartOfHead = false
    releaseLongHead()
    exchange = Exchange()
    progress = PendingDecision()
    request = nil
    gauge = nil
    upstream = nil
    hasRepeated = false
    responseHasBegun = false
    isFiltering = false
    releaseKept()
    heldEnd = nil
    received = 0
    progressMark = 0
    body.release()
    outgoing.release()
    parkedHead.release()
    let isDraining = gateway.shared.isDraining.load(ordering: .relaxed)
    stream?.setDeadline(after: isDraining ? min(Self.lastRequestTime, settings.timeouts.idle) : settings.timeouts.idle)
    stream?.readsInput = true
  }

  /// Does one event's work, and then what is at hand of the next requests. Work that ends an exchange while another
  /// piece of work is still on the stack does not begin the next one under it. Who sends many requests ahead gets a few
  /// answers and then waits for the others' events.
  func turn(_ work: () -> Void) {
    guard !isBusy else { return work() }
    isBusy = true
    defer { isBusy = false }
    work()
    isYielding = false
    var turns = 0
    while case .readingHead = state, let stream {
      // Who does not take its answers gets no more of them: they would pile up here.
      if stream.isCongested {
        stream.readsInput = false
        return awaitTaking(stream)
      }
      guard !hold.isEmpty, !holdsPartOfHead else { return }
      guard turns < Self.requestsPerTurn, turns == 0 || !isLate else {
        isYielding = true
        return stream.announceLater()
      }
      turns += 1
      guard let bytes = unhold(into: gateway.loop.scratch.longRoom) else { return }
      processHead(bytes)
    }
  }

  /// Whether this batch of events has taken so long that the others' should come before the next of several requests.
  private var isLate: Bool { Instant.now - gateway.loop.now > Self.turnTime }

  /// Begins to wait until the client has taken what was written.
  func awaitTaking(_ stream: ByteStream) {
    backlogMark = stream.backlog
    stream.setDeadline(after: settings.timeouts.sendProgress)
  }

  /// Whether the client is slow rather than gone: then it is waited for once more.
  private func takesOn(_ stream: ByteStream) -> Bool {
    guard stream.isCongested, backlogMark - stream.backlog >= Self.minimumProgress else { return false }
    awaitTaking(stream)
    return true
  }

  /// Whether what follows may be a body that nothing tells the end of. HTTP/1.0 has clients that send one so, and points
  /// that were not read must not be answered 204.
  func lacksLength(_ view: RequestView, following: Int) -> Bool {
    guard view.head.minorVersion == 0, view.head.framing == .none else { return false }
    switch view.head.method {
    case .post, .put, .patch: break
    default: return false
    }
    switch exchange.kind {
    case .write: return true
    case .query: return following > 0 || view.value(.contentType) != nil
    default: return false
    }
  }

  /// Keeps the head and what follows it until a decision is possible.
  func park(_ view: RequestView, rest: UnsafeMutableRawBufferPointer) {
    parkedHead = Array(view.bytes)
    hold.append(contentsOf: rest)
  }

  // MARK: Progress and ends

  func noteProgress(_ count: Int, isStart: Bool = false) {
    received += count
    if isStart || received - progressMark >= Self.minimumProgress {
      progressMark = received
      stream?.setDeadline(after: bodyPatience)
    }
  }

  /// For how long more of a body is waited for: a write as a whole has a deadline too.
  private var bodyPatience: Interval {
    guard exchange.kind == .write, exchange.startedAt > .start else { return settings.timeouts.bodyProgress }
    let passed = gateway.loop.now - exchange.startedAt
    return min(settings.timeouts.bodyProgress, settings.timeouts.write - passed)
  }

  /// Takes what a client sends while its response is awaited, up to a bound.
  private func readAhead(_ stream: ByteStream) {
    let room = gateway.loop.scratch.room
    guard hold.count < room.count else {
      stream.readsInput = false
      return
    }
    let free = UnsafeMutableRawBufferPointer(rebasing: room[hold.count...])
    switch stream.read(into: free) {
    case .bytes(let count):
      hold.append(contentsOf: free[..<count])
      if hold.count > Self.maximumHold { stream.readsInput = false }
    case .wouldBlock: break
    case .end, .failed: clientLeft()
    }
  }

  /// The client will not send more. As in Go's servers, a query that nobody waits for is ended; a write that the
  /// upstream has already is carried to its end.
  func clientLeft() {
    exchange.response.keepsAlive = false
    stream?.readsInput = false
    switch state {
    case .awaitingResponse, .relaying:
      if request?.endsWithClient ?? true { abandonExchange() }
    case .answering: abandonAnswer()
    default: abandonExchange()
    }
  }

  /// Ends the exchange without an answer, and the connection with it.
  func abandonExchange() {
    upstream?.abandon()
    upstream = nil
    gateway.pool.cancelWait(of: self)
    if exchange.startedAt > .start, !exchange.methodText.isEmpty {
      exchange.status = 499
      if exchange.notes.reason.isEmpty { exchange.notes.reason = "the client left" }
      record()
    }
    close()
  }

  /// record: the last phase of every outcome.
  func record() {
    if let holder = exchange.notes.holder { gateway.uses.note(holder, isPrevious: exchange.notes.usesPreviousPassword) }
    gateway.metrics.recordRequest(
      exchange.kind, status: exchange.status, duration: (Instant.now - exchange.startedAt).microseconds)
    gateway.accessLog?.append(exchange.record(client: client, listener: listener))
    exchange.startedAt = .start
    exchange.methodText = ""
  }

  /// Closes between two exchanges: over TLS the client learns that nothing is missing.
  func closeInOrder() {
    stream?.sayGoodbye()
    close()
  }

  func close() {
    if case .closed = state { return }
    state = .closed
    releaseKept()
    releaseLongHead()
    stream?.close()
    stream = nil
    gateway.closed(self)
  }
}

extension DownstreamConnection: ByteStreamHandler {
  func streamOpened(_ stream: ByteStream) { awaitRequest() }

  func streamReadable(_ stream: ByteStream) {
    turn {
      switch state {
      // What is held comes first; then there may be more to read.
      case .readingHead where isYielding: stream.announceLater()
      case .readingHead: readHead(stream)
      case .collecting, .streaming, .draining: readBody(stream)
      case .awaitingResponse, .relaying, .leasing, .answering: readAhead(stream)
      case .lingering: readOff(stream)
      case .waiting: stream.readsInput = false
      case .opening, .closed: break
      }
    }
  }

  func streamDrained(_ stream: ByteStream) {
    switch state {
    // An end that is kept back has its own deadline.
    case .relaying where heldEnd != nil: break
    case .relaying:
      stream.clearDeadline()
      upstream?.readsResponse = true
    case .answering: turn { continueAnswer() }
    case .lingering: finishLingering(stream)
    case .readingHead:
      stream.readsInput = true
      stream.setDeadline(after: exchange.startedAt > .start ? settings.timeouts.head : settings.timeouts.idle)
      turn {}
    default: break
    }
  }

  func streamExpired(_ stream: ByteStream) {
    turn {
      switch state {
      case .readingHead where takesOn(stream), .relaying where takesOn(stream), .lingering where takesOn(stream),
        .answering where takesOn(stream):
        break
      case .readingHead where stream.isCongested: close()
      case .readingHead where exchange.startedAt > .start:
        refuse(.headTooSlow)
      case .readingHead: closeInOrder()
      case .collecting, .streaming:
        abandonUpstream()
        refuse(.bodyTooSlow)
      case .leasing:
        gateway.pool.cancelWait(of: self)
        upstreamFailed(UpstreamFailure(.exhausted, .connecting))
      case .relaying where heldEnd != nil: releaseEnd()
      case .relaying: abandonExchange()
      case .answering: abandonAnswer()
      case .opening:
        gateway.noteFailedHandshake(client, "it took too long", version: stream.offeredVersion)
        close()
      // What is held may be the beginning of the body, so the connection cannot go on.
      case .waiting: refuse(.unavailable("the directory cannot be refreshed", closes: true))
      default: close()
      }
    }
  }

  /// An answer in the clear, for this is read by a person who forgot a letter; in HTTP/1.0, which every version reads.
  func streamSpeaksHTTP(_ stream: ByteStream) {
    gateway.noteFailedHandshake(client, "http request", version: stream.offeredVersion)
    stream.write(Array(Self.plaintextNotice.utf8))
    linger()
  }

  private static let plaintextNotice = {
    let text = "HTTP request to an HTTPS port\n"
    return "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n" + text
  }()

  func streamFailed(_ stream: ByteStream, _ failure: StreamFailure) {
    if case .handshake(let reason) = failure {
      gateway.noteFailedHandshake(client, reason, version: stream.offeredVersion)
    }
    self.stream = nil
    turn { clientLeft() }
  }
}

extension [UInt8] {
  /// Empties, keeping a small buffer for the next time and giving a large one back: thousands of idle connections must
  /// not each sit on the largest body they ever had.
  mutating func release() { removeAll(keepingCapacity: capacity <= 4_096) }
}
