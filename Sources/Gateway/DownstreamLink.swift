// Both sides of an exchange that came over HTTP/1: does to the socket, the upstream's pool and the rest of the gateway
// what the exchange and the framing ask for.

import Access
import Decision
import Formats
import HTTP
import JSON
import Observation
import Synchronization
import Threading
import Transport
import Upstream

/// Holds what lasts as long as the connection. It decides nothing.
final class DownstreamLink {
  /// Whether anything was ever authenticated on the connection.
  enum Standing {
    case admitted
    /// Its place among the connections on which nothing was.
    case stranger(UInt64)
  }

  unowned let gateway: GatewayLoop
  let client: Client
  let listener: String
  let acceptedAt: Instant
  var stream: ByteStream?
  var http = HTTP1Connection()
  var memo = DecisionMemo()
  var facts = ExchangeFacts(startedAt: .start)
  /// Whether a credential was refused on this connection.
  var hasFailedLogIn = false
  var standing = Standing.admitted
  /// Whose link this is; until it is closed, for each keeps the other.
  var connection: DownstreamConnection?

  /// For how long an answered and closed connection is still read.
  private static let lingerTime = Interval.seconds(2)
  /// For the first request of a client whose handshake ended while the server stops.
  private static let lastRequestTime = Interval.seconds(1)

  init(gateway: GatewayLoop, client: Client, listener: String) {
    self.gateway = gateway
    self.client = client
    self.listener = listener
    acceptedAt = gateway.loop.now
  }

  var settings: GatewaySettings { gateway.settings }
  var isDraining: Bool { gateway.shared.isDraining.load(ordering: .relaxed) }

  // MARK: Requests

  /// Ready for the next request.
  func awaitRequest() {
    http.awaitRequest()
    releaseLongHead()
    let idle = settings.timeouts.idle
    stream?.setDeadline(after: isDraining ? min(Self.lastRequestTime, idle) : idle)
    stream?.readsInput = true
  }

  /// Takes a part of the memory for long heads, for as long as the exchange lasts; false where there is none left.
  func reserveLongHead(_ count: Int) -> Bool {
    let growth = http.longHeadGrowth(to: count, limit: settings.limits.headBytes)
    guard growth != 0 else { return true }
    guard gateway.shared.longHeads.add(growth, ordering: .relaxed).newValue <= GatewayLimits.longHeadBytes else {
      gateway.shared.longHeads.subtract(growth, ordering: .relaxed)
      return false
    }
    http.growLongHead(growth)
    return true
  }

  private func releaseLongHead() {
    guard http.longHeadBytes > 0 else { return }
    gateway.shared.longHeads.subtract(http.releaseLongHead(), ordering: .relaxed)
  }

  /// Gives what is held; where it does not fit, the connection cannot go on.
  func unhold(into room: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer? {
    guard let bytes = http.unhold(into: room) else {
      closeOverfull()
      return nil
    }
    return bytes
  }

  func closeOverfull() {
    gateway.events.log(.error, "more is held than fits", ["client": .text(client.address)])
    close()
  }

  /// Notes that so much of a body has come.
  func noteProgress(_ count: Int, patience: @autoclosure () -> Interval) {
    if http.notesProgress(count) { stream?.setDeadline(after: patience()) }
  }

  // MARK: Ends

  /// What follows a response.
  func go(on following: HTTP1Connection.Following) {
    switch following {
    case .nextRequest: awaitRequest()
    case .end: linger()
    case .restOfBody:
      stream?.readsInput = true
      stream?.setDeadline(after: settings.timeouts.bodyProgress)
    }
  }

  func linger() {
    guard let stream else { return }
    http.linger()
    releaseLongHead()
    stream.readsInput = true
    if stream.isCongested { awaitTaking() } else { finishLingering(stream) }
  }

  /// Once everything has left: waits for the client to close, or not where it has nothing more to send and the server ends.
  func finishLingering(_ stream: ByteStream) {
    stream.finishWriting()
    if stream.isCongested { return awaitTaking() }
    if http.state == .lingering(awaitsInput: false), isDraining, !stream.isStale { return close() }
    stream.setDeadline(after: Self.lingerTime)
  }

  /// Closes between two exchanges: over TLS the client learns that nothing is missing.
  func closeInOrder() {
    stream?.sayGoodbye()
    close()
  }

  func close() {
    guard http.state != .closed else { return }
    http.state = .closed
    http.forget()
    releaseLongHead()
    stream?.close()
    stream = nil
    if let connection { gateway.closed(connection) }
    connection = nil
  }
}
