// A client's connection: takes the events of its socket and of the upstream, and gives each to who knows what it means.

import Decision
import HTTP
import Observation
import Threading
import Transport
import Upstream

/// The thin shell around framing and exchange; nothing is decided here.
final class DownstreamConnection {
  let link: DownstreamLink
  let exchange: Exchange<DownstreamLink>
  private var isBusy = false

  /// Time of a batch of events after which one request of a client that sends ahead has to do: a single one may take many.
  private static let turnTime = Interval.milliseconds(5)
  /// After which a first password that waits for its turn makes way: those of honest clients have theirs sooner. A second
  /// one has no claim.
  private static let verificationPatience = Interval.seconds(10)

  init(
    gateway: GatewayLoop, accepted descriptor: Int32, tls: ServerTLSContext?, client: Client, listener: String
  ) throws(TransportFailure) {
    link = DownstreamLink(gateway: gateway, client: client, listener: listener)
    exchange = Exchange(host: link)
    link.stream = try ByteStream(accepted: descriptor, loop: gateway.loop, tls: tls, handler: self)
    link.connection = self
  }

  var gateway: GatewayLoop { link.gateway }

  func begin() {
    if link.client.isTLS {
      link.setDeadline(after: link.timeouts.handshake)
    } else {
      link.awaitRequest()
    }
  }

  // MARK: The server's side

  /// Closes an idle connection; one with a request under way closes after its response.
  func drain() {
    guard let stream = link.stream else { return }
    switch link.http.draining {
    case .stay: break
    case .closeUnheard: if stream.hasHeardNothing { link.close() }
    case .close: if !stream.isCongested { link.close() }
    case .closeQuiet:
      guard !stream.isStale, !stream.hasBufferedInput else { return }
      // The end of the last answer may still be on its way.
      if stream.isCongested { link.linger() } else { link.closeInOrder() }
    }
  }

  /// Whether nobody waits for an answer on it, or it is one that only floods wait for so long. Who sends without end has
  /// no claim to stay, or a few such would keep everybody else out.
  var mayGo: Bool {
    if link.http.isBetweenAnswers { return !isBusy }
    return exchange.isVerifying && (link.hasFailedLogIn || link.now - link.acceptedAt > Self.verificationPatience)
  }

  /// Makes room for another connection.
  func giveWay() {
    if exchange.isVerifying { return exchange.giveWay() }
    switch link.http.state {
    case .idle, .readingHead: link.closeInOrder()
    default: link.close()
    }
  }

  /// Ends what did not end within the time for draining.
  func cutOff() {
    if !link.http.isBetweenAnswers { exchange.cutOff() }
  }

  /// Ends what is under way with a right that was lost since.
  func cutIfRevoked() {
    if case .inExchange = link.http.state { turn { exchange.cutIfRevoked() } }
  }

  // MARK: Turns

  /// Does one event's work, and then what is at hand of the next requests. Work that ends an exchange while another
  /// piece of work is still on the stack does not begin the next one under it. Who sends many requests ahead gets a few
  /// answers and then waits for the others' events.
  func turn(_ work: () -> Void) {
    guard !isBusy else { return work() }
    isBusy = true
    defer { isBusy = false }
    work()
    link.http.endYielding()
    var taken = 0
    while let stream = link.stream {
      switch link.http.nextTurn(
        taken: taken, isCongested: stream.isCongested, isLate: Instant.now - link.now > Self.turnTime)
      {
      case .over: return
      case .awaitTaking:
        stream.readsInput = false
        return link.awaitTaking()
      case .yield: return stream.announceLater()
      case .take:
        taken += 1
        guard let bytes = link.unhold(into: link.scratch.longRoom) else { return }
        process(bytes)
      }
    }
  }
}

extension DownstreamConnection: ByteStreamHandler {
  func streamOpened(_ stream: ByteStream) { link.awaitRequest() }

  func streamReadable(_ stream: ByteStream) {
    turn {
      switch link.http.reading {
      case .head: readHead(stream)
      case .body: readBody(stream)
      case .ahead: readAhead(stream)
      case .off: readOff(stream)
      case .later: stream.announceLater()
      case .stop: stream.readsInput = false
      case .nothing: break
      }
    }
  }

  func streamDrained(_ stream: ByteStream) {
    switch link.http.taken {
    case .exchange: turn { exchange.clientTook() }
    case .lingering: link.finishLingering(stream)
    case .nextRequest: readOn(stream, for: link.timeouts.idle)
    case .restOfHead: readOn(stream, for: link.timeouts.head)
    case .nothing: break
    }
  }

  private func readOn(_ stream: ByteStream, for patience: Interval) {
    stream.readsInput = true
    stream.setDeadline(after: patience)
    turn {}
  }

  func streamExpired(_ stream: ByteStream) {
    turn {
      switch link.http.expire(backlog: stream.backlog) {
      case .awaitTaking: stream.setDeadline(after: link.timeouts.sendProgress)
      case .close: link.close()
      case .closeInOrder: link.closeInOrder()
      case .headTooSlow: exchange.refuse(.headTooSlow)
      case .exchange: exchange.expire()
      case .handshakeTooSlow:
        gateway.noteFailedHandshake(link.client, "it took too long", version: stream.offeredVersion)
        link.close()
      }
    }
  }

  /// An answer in the clear, for this is read by a person who forgot a letter; in HTTP/1.0, which every version reads.
  func streamSpeaksHTTP(_ stream: ByteStream) {
    gateway.noteFailedHandshake(link.client, "http request", version: stream.offeredVersion)
    stream.write(Array(Self.plaintextNotice.utf8))
    link.linger()
  }

  private static let plaintextNotice = {
    let text = "HTTP request to an HTTPS port\n"
    return "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n" + text
  }()

  func streamFailed(_ stream: ByteStream, _ failure: StreamFailure) {
    if case .handshake(let reason) = failure {
      gateway.noteFailedHandshake(link.client, reason, version: stream.offeredVersion)
    }
    link.stream = nil
    turn { clientLeft() }
  }
}

extension DownstreamConnection: UpstreamExchangeHandler {
  var yieldsToOthers: Bool { exchange.yieldsToOthers }

  func upstreamLeased(_ connection: UpstreamConnection) { turn { exchange.leased(connection) } }

  func upstreamReceived(
    _ connection: UpstreamConnection, head: UpstreamResponseHead?, body: UnsafeRawBufferPointer, isComplete: Bool
  ) {
    turn { exchange.received(connection, head, body, isComplete: isComplete) }
  }

  func upstreamDrained(_ connection: UpstreamConnection) { turn { exchange.upstreamDrained(connection) } }

  func upstreamReclaimed(_ connection: UpstreamConnection) { turn { exchange.reclaimed(connection) } }

  func upstreamFailed(_ failure: UpstreamFailure) { turn { exchange.fail(failure) } }
}

extension [UInt8] {
  /// Empties, keeping a small buffer for the next time and giving a large one back: thousands of idle connections must
  /// not each sit on the largest body they ever had.
  mutating func release() {
    if capacity > 0 { removeAll(keepingCapacity: capacity <= 4_096) }
  }
}
