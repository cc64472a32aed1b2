// A connection to an upstream member: one exchange at a time, kept for the next where that is safe.

import HTTP
import Threading
public import Transport

public final class UpstreamConnection: ByteStreamHandler {
  enum State { case connecting, idle, awaitingHead, receivingBody, closed }

  public let member: UpstreamMember
  private let address: String
  unowned let pool: UpstreamPool
  var stream: ByteStream?
  var state = State.connecting
  /// From the lease to the end of the exchange.
  var handler: (any UpstreamExchangeHandler)?
  /// For whom the exchange is; nil between two.
  private(set) var lease: UpstreamClaim?
  var clientWait = ClientWait()
  /// When the exchange began.
  private var begunAt = Instant.start
  var answersHead = false
  private var exchanges = 0
  var idleSince = Instant.start

  var scanner = HeadScanner()
  var informational = 0
  /// The beginning of a response head that came in pieces.
  var held: [UInt8] = []
  var framing = BodyFraming.none
  var body = BodyDecoder(.none)
  var keepsAlive = false
  var requestIsComplete = false
  var responseHasBegun = false

  init(
    member: UpstreamMember, address: String, tls: ClientTLSContext?, pool: UpstreamPool
  ) throws(TransportFailure) {
    self.member = member
    self.address = address
    self.pool = pool
    stream = try ByteStream(
      connectingTo: address, port: member.port, loop: pool.loop, tls: tls, serverName: member.host, handler: self)
    stream?.setDeadline(after: pool.limits.connectTimeout)
    stream?.readsAfterBreak = true
  }

  /// Whether an earlier exchange used this connection, so that the upstream may just have closed it.
  public var isReused: Bool { exchanges > 1 }

  /// Whether the socket refused what was sent: none of it has reached the upstream.
  public var isBroken: Bool { stream?.isBroken ?? true }

  public var isCongested: Bool { stream?.isCongested ?? false }

  /// Whether the kernel or the clock says that an idle connection should not be used again.
  var isStale: Bool {
    guard let stream else { return true }
    // Within the last second epoll would have told.
    return pool.loop.now - idleSince > .seconds(1) && stream.isStale
  }

  func begin(_ handler: any UpstreamExchangeHandler, _ claim: UpstreamClaim) {
    self.handler = handler
    lease = claim
    begunAt = pool.loop.now
    clientWait = ClientWait()
    state = .awaitingHead
    exchanges += 1
    scanner = HeadScanner()
    informational = 0
    answersHead = false
    requestIsComplete = false
    responseHasBegun = false
    stream?.clearDeadline()
  }

  // MARK: For the exchange

  /// Sends a part of the request; what the socket does not take is kept and `upstreamDrained` follows.
  public func send(_ bytes: UnsafeRawBufferPointer) {
    stream?.write(bytes)
    clientWait.moved(bytes.count, now: pool.loop.now)
    if isCongested {
      stream?.setDeadline(after: pool.limits.responseTimeout)
    } else {
      clientWait.begin(now: pool.loop.now)
    }
  }

  /// Starts the clock for the response, once the request is whole.
  ///
  /// - Parameter answersHead: whether the request was HEAD.
  public func awaitResponse(answersHead: Bool) {
    self.answersHead = answersHead
    requestIsComplete = true
    clientWait = ClientWait()
    stream?.setDeadline(after: pool.limits.responseTimeout)
  }

  /// Stops or resumes reading the response.
  public var readsResponse: Bool {
    get { stream?.readsInput ?? false }
    set {
      guard let stream, stream.readsInput != newValue else { return }
      stream.readsInput = newValue
      if newValue { clientWait.end(now: pool.loop.now) } else { clientWait.begin(now: pool.loop.now) }
      if newValue {
        stream.setDeadline(after: pool.limits.responseTimeout)
      } else {
        stream.clearDeadline()
      }
    }
  }

  /// For how long the upstream has been kept waiting by the client, who has let little pass meanwhile; nil
  /// where it is the upstream's turn.
  var clientDelay: Interval? { lease == nil ? nil : clientWait.duration(now: pool.loop.now) }

  /// When the exchange began, where the upstream works on its request still and it yields; nil otherwise.
  var workingSince: Instant? {
    guard state == .awaitingHead, requestIsComplete, !responseHasBegun, handler?.yieldsToOthers ?? false else {
      return nil
    }
    return begunAt
  }

  /// Takes the connection from its exchange.
  func reclaim() {
    guard let handler else { return close() }
    handler.upstreamReclaimed(self)
  }

  /// Ends the exchange without its response; the connection is never used again.
  public func abandon() {
    handler = nil
    close()
  }

  // MARK: ByteStreamHandler

  public func streamOpened(_ stream: ByteStream) {
    guard state == .connecting else { return }
    pool.opened(self)
  }

  public func streamDrained(_ stream: ByteStream) {
    // A request that still comes has its client's deadlines; the upstream has nothing to answer yet.
    if state == .awaitingHead, !requestIsComplete {
      stream.clearDeadline()
      clientWait.begin(now: pool.loop.now)
    }
    if state == .awaitingHead || state == .receivingBody { handler?.upstreamDrained(self) }
  }

  public func streamExpired(_ stream: ByteStream) {
    switch state {
    case .connecting: fail(.timedOut)
    case .idle: close()
    case .awaitingHead, .receivingBody: fail(.timedOut)
    case .closed: break
    }
  }

  public func streamFailed(_ stream: ByteStream, _ failure: StreamFailure) {
    switch failure {
    case .connect(let code):
      fail(.unreachable(TransportFailure.system("connect", code).description))
    case .handshake(let text): fail(.handshake(text))
    case .reset: fail(.reset)
    }
  }

  public func streamReadable(_ stream: ByteStream) {
    guard state == .awaitingHead || state == .receivingBody else {
      // Nothing is expected on an idle connection: it was closed, or the upstream cannot be trusted with it.
      if state == .idle { close() }
      return
    }
    let room = pool.loop.scratch.room
    let keptCount = held.count
    held.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: room[..<$0.count]).copyMemory(from: $0) }
    held.removeAll(keepingCapacity: true)
    switch stream.read(into: UnsafeMutableRawBufferPointer(rebasing: room[keptCount...])) {
    case .bytes(let count):
      responseHasBegun = true
      stream.setDeadline(after: pool.limits.responseTimeout)
      received(UnsafeMutableRawBufferPointer(rebasing: room[..<(keptCount + count)]))
    case .wouldBlock: held.append(contentsOf: room[..<keptCount])
    case .end: ended()
    case .failed: fail(.reset)
    }
  }

  private func ended() {
    if state == .receivingBody, framing == .close {
      keepsAlive = false
      deliver(UnsafeRawBufferPointer(start: nil, count: 0), head: nil, isComplete: true)
    } else {
      fail(.reset)
    }
  }

  /// How far the exchange has come.
  private var phase: UpstreamFailure.Phase {
    switch state {
    case .connecting: .connecting
    case .awaitingHead where responseHasBegun: .receiving
    case .awaitingHead: requestIsComplete ? .awaiting : .sending
    case .idle, .receivingBody, .closed: .receiving
    }
  }

  func fail(_ kind: UpstreamFailure.Kind) {
    let wasConnecting = state == .connecting
    let failure = UpstreamFailure(
      kind, phase, member: member.name,
      mayRepeat: state == .awaitingHead && isReused && kind == .reset && !responseHasBegun)
    let handler = handler
    self.handler = nil
    close()
    if wasConnecting {
      member.noteUnreachable(address)
      pool.connectionFailed(to: member, failure)
    } else {
      handler?.upstreamFailed(failure)
    }
  }

  func endLease() {
    guard let claim = lease else { return }
    lease = nil
    pool.ended(self, claim)
  }

  func close() {
    guard state != .closed else { return }
    endLease()
    let wasIdle = state == .idle
    state = .closed
    if wasIdle { stream?.sayGoodbye() }
    stream?.close()
    stream = nil
    pool.closed(self, wasIdle: wasIdle)
  }
}
