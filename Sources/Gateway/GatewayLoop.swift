// One event loop's share of the gateway: its connections, its upstream pool, its decoder and its log.

import HTTP
public import Observation
import Synchronization
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
  private var flushedAt: UInt64 = 0
  /// Bytes of upstreams' answers that wait to be filtered.
  var keptForFilters = 0
  var uses = UseNotes()
  private var usesToldAt: UInt64 = 0
  private(set) var dateField = HTTPDate()

  /// Milliseconds after which log lines are handed over even though the block is not full.
  private static let flushInterval: UInt64 = 200

  /// Milliseconds between two messages of who was let in.
  private static let usesInterval: UInt64 = 1_000

  public init(
    loop: EventLoop, shared: GatewayShared, members: [UpstreamMember], tls: ClientTLSContext?,
    limits: UpstreamLimits, accessLog: AccessLogBuffer?, metrics: MetricsShard, events: EventLog
  ) {
    self.loop = loop
    self.shared = shared
    self.accessLog = accessLog
    self.metrics = metrics
    self.events = events
    gatekeeper = Gatekeeper(shared: shared)
    pool = UpstreamPool(loop: loop, members: members, tls: tls, limits: limits)
    loop.housekeeping = { [unowned self] in housekeep() }
  }

  /// Takes an accepted socket over, or closes it where there are too many already.
  public func accept(_ socket: AcceptedSocket, tls: ServerTLSContext?, services: Services, listener: String) {
    let open = shared.connections.add(1, ordering: .relaxed).newValue
    guard open <= shared.settings.limits.connections else {
      shared.connections.subtract(1, ordering: .relaxed)
      metrics.recordRefusal(.overloaded)
      closeSocket(socket.descriptor)
      return
    }
    let client = Client(address: socket.address, isTLS: tls != nil, services: services)
    do throws(TransportFailure) {
      let connection = try DownstreamConnection(
        gateway: self, accepted: socket.descriptor, tls: tls, client: client, listener: listener)
      connections[ObjectIdentifier(connection)] = connection
      connection.begin()
    } catch {
      shared.connections.subtract(1, ordering: .relaxed)
      closeSocket(socket.descriptor)
      events.log(.error, "a connection could not be taken", ["reason": .text(error.description)])
    }
  }

  /// Closes what waits for a request; what has one under way closes after its response.
  public func drain() {
    for connection in connections.values { connection.drain() }
  }

  public var openConnections: Int { connections.count }

  /// Ends what is still under way and hands over what the log holds, before the loop ends.
  public func finish() {
    for connection in connections.values { connection.cutOff() }
    accessLog?.flush()
    tellUses()
  }

  private func tellUses() {
    let used = uses.take()
    if !used.isEmpty { shared.services.noteUses(used) }
  }

  func closed(_ connection: DownstreamConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    shared.connections.subtract(1, ordering: .relaxed)
  }

  private func housekeep() {
    guard loop.now &- flushedAt >= Self.flushInterval else { return }
    flushedAt = loop.now
    dateField = HTTPDate()
    accessLog?.flush()
    guard loop.now &- usesToldAt >= Self.usesInterval else { return }
    usesToldAt = loop.now
    tellUses()
  }
}
