// One event loop's share of the gateway: its connections, its upstream pool, its decoder and its log.

public import Decision
import HTTP
public import Observation
import Synchronization
import Threading
public import Transport
public import Upstream

/// Created in its loop's thread.
public final class GatewayLoop {
  public let loop: EventLoop
  let shared: GatewayShared
  let gatekeeper: Gatekeeper
  let pool: UpstreamPool
  let decoder = RequestHeadDecoder()
  let accessLog: AccessLogBuffer?
  let metrics: MetricsShard
  let events: EventLog
  private var connections: [ObjectIdentifier: DownstreamConnection] = [:]
  private var strangers = Strangers()
  /// Failed handshakes, connections that had to go, and the like: each may be as frequent as peers please.
  private var handshakeEvents = EventAllowance()
  private var scarcityEvents = EventAllowance()
  /// Whether the last connection that came could not be accepted.
  private var isExhausted = false
  private var flushedAt = Instant.start
  /// Bytes of upstreams' answers that wait to be filtered.
  var keptForFilters = 0
  var uses = UseNotes()
  private var usesToldAt = Instant.start
  private var troubleToldAt: Instant?
  private(set) var dateField = HTTPDate()
  /// Taken between two batches of events.
  private(set) var settings: GatewaySettings
  private var settingsGeneration: UInt64

  /// After which log lines are handed over even though the block is not full.
  private static let flushInterval = Interval.milliseconds(200)

  /// Between two messages of who was let in.
  private static let usesInterval = Interval.seconds(1)

  /// Between two messages that something is wrong upstream.
  private static let troubleInterval = Interval.milliseconds(500)

  public init(
    loop: EventLoop, shared: GatewayShared, members: [UpstreamMember], tls: ClientTLSContext?,
    limits: UpstreamLimits, accessLog: AccessLogBuffer?, metrics: MetricsShard, events: EventLog
  ) {
    self.loop = loop
    self.shared = shared
    self.accessLog = accessLog
    self.metrics = metrics
    self.events = events
    settingsGeneration = shared.settings.generation
    settings = shared.settings.value
    gatekeeper = Gatekeeper(shared.decisionSources)
    pool = UpstreamPool(loop: loop, members: members, tls: tls, limits: limits)
    loop.housekeeping = { [unowned self] in housekeep() }
  }

  /// Takes an accepted socket over, or closes it where there are too many already.
  public func accept(_ socket: AcceptedSocket, tls: ServerTLSContext?, services: Services, listener: String) {
    if isExhausted { recover() }
    let client = Client(address: socket.address, isTLS: tls != nil, services: services)
    guard takePlace(for: client) else {
      metrics.recordRefusal(.overloaded)
      closeSocket(socket.descriptor)
      return
    }
    do throws(TransportFailure) {
      let connection = try DownstreamConnection(
        gateway: self, accepted: socket.descriptor, tls: tls, client: client, listener: listener)
      connections[ObjectIdentifier(connection)] = connection
      connection.link.standing = .stranger(strangers.add(connection))
      connection.begin()
    } catch {
      shared.connections.subtract(1, ordering: .relaxed)
      shared.strangers.remove(client.source)
      closeSocket(socket.descriptor)
      events.log(.error, "a connection could not be taken", ["reason": .text(error.description)])
    }
  }

  /// Counts one more connection, in place of the oldest stranger's where there are too many of all or of its source.
  private func takePlace(for client: Client) -> Bool {
    let limits = settings.limits
    if shared.strangers.add(client.source) > limits.unauthenticatedPerSource {
      noteScarcity("too many connections of one address on which nothing was authenticated", client)
      guard let oldest = strangers.oldest(of: client.source, now: loop.now) else {
        shared.strangers.remove(client.source)
        return false
      }
      oldest.giveWay()
    }
    if shared.connections.add(1, ordering: .relaxed).newValue > limits.connections {
      noteScarcity("too many connections", client)
      guard let oldest = strangers.oldest() else {
        shared.connections.subtract(1, ordering: .relaxed)
        shared.strangers.remove(client.source)
        return false
      }
      oldest.giveWay()
    }
    return true
  }

  private func noteScarcity(_ text: String, _ client: Client) {
    guard scarcityEvents.take(now: loop.now) else { return }
    events.log(.warning, text, ["client": .text(client.address)])
  }

  /// Something was authenticated on this connection: it no longer counts towards its source's share.
  func admit(_ connection: DownstreamConnection) {
    guard case .stranger(let number) = connection.link.standing else { return }
    connection.link.standing = .admitted
    strangers.remove(number, of: connection.link.client.source)
    shared.strangers.remove(connection.link.client.source)
  }

  /// Descriptors or memory are short, so that nobody can be accepted: the oldest stranger makes room.
  public func acceptFailed(_ failure: TransportFailure) {
    if scarcityEvents.take(now: loop.now) {
      events.log(.warning, "no connection can be accepted", ["reason": .text(failure.description)])
    }
    isExhausted = true
    shared.conditions.set(Condition(.descriptors, "no connection can be accepted", failsHealth: false))
    strangers.oldest()?.giveWay()
  }

  private func recover() {
    isExhausted = false
    if let shortage = shared.shortage { shared.conditions.set(shortage) } else { shared.conditions.clear(.descriptors) }
  }

  /// An event for a handshake that failed, a few a second.
  func noteFailedHandshake(_ client: Client, _ reason: String, version: String) {
    guard handshakeEvents.take(now: loop.now) else { return }
    events.log(
      .info, "TLS handshake failed",
      ["client": .text(client.address), "reason": .text(reason), "offered": .text(version)])
  }

  /// Closes what waits for a request; what has one under way closes after its response.
  public func drain() {
    for connection in connections.values { connection.drain() }
  }

  /// Ends what is still under way and hands over what the log holds, before the loop ends.
  public func finish() {
    for connection in connections.values { connection.cutOff() }
    accessLog?.flush()
    tellUses()
    shared.failures?.tell(now: loop.now, isLast: true)
  }

  /// The upstream refused the gateway's own credential, or is not there: whoever looks after its health looks again.
  func noteTrouble() {
    guard troubleToldAt.map({ loop.now - $0 >= Self.troubleInterval }) ?? true else { return }
    troubleToldAt = loop.now
    shared.services.noteTrouble()
  }

  private func tellOmitted() {
    let handshakes = handshakeEvents.omitted(now: loop.now)
    if handshakes > 0 { events.log(.info, "more TLS handshakes failed", ["count": .number(handshakes)]) }
    let refused = scarcityEvents.omitted(now: loop.now)
    if refused > 0 { events.log(.warning, "more connections met a limit", ["count": .number(refused)]) }
  }

  private func tellUses() {
    let used = uses.take()
    if !used.isEmpty { shared.services.noteUses(used) }
  }

  func closed(_ connection: DownstreamConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    admit(connection)
    shared.connections.subtract(1, ordering: .relaxed)
  }

  /// Takes other limits of its upstream connections.
  public func take(_ limits: UpstreamLimits) { pool.take(limits) }

  private func housekeep() {
    if shared.settings.generation != settingsGeneration {
      settingsGeneration = shared.settings.generation
      settings = shared.settings.value
    }
    pool.reclaim()
    guard loop.now - flushedAt >= Self.flushInterval else { return }
    flushedAt = loop.now
    dateField = HTTPDate()
    accessLog?.flush()
    pool.retry()
    tellOmitted()
    if settings.cutsStreams { for connection in connections.values { connection.cutIfRevoked() } }
    guard loop.now - usesToldAt >= Self.usesInterval else { return }
    usesToldAt = loop.now
    tellUses()
    shared.failures?.tell(now: loop.now)
  }
}
