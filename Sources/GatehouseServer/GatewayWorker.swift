// An event loop of the data plane with its listening sockets, as its thread keeps them.

import Decision
import Gateway
import Observation
import Transport
import Upstream

final class GatewayWorker {
  private let loop: EventLoop
  private let gateway: GatewayLoop
  private var doors: [Door] = []

  /// A listening socket and the TLS that its connections get; replaced by a reload.
  private final class Door {
    let socket: ListeningSocket
    var tls: ServerTLSContext?
    /// Made for a reload that does not count yet.
    var prepared: ServerTLSContext?

    init(_ socket: ListeningSocket, tls: ServerTLSContext?) {
      self.socket = socket
      self.tls = tls
    }
  }

  init(
    loop: EventLoop, plan: GatewayPlan, shared: GatewayShared, members: [UpstreamMember], accessLog: AccessLog?,
    metrics: MetricsShard, events: EventLog
  ) throws(TransportFailure) {
    self.loop = loop
    let tls = members.contains(where: \.isTLS) ? try ClientTLSContext(caPath: plan.upstreamCA) : nil
    gateway = GatewayLoop(
      loop: loop, shared: shared, members: members, tls: tls, limits: plan.upstreamLimits,
      accessLog: accessLog.map { AccessLogBuffer(log: $0) }, metrics: metrics, events: events)
  }

  /// Listens on every door of the plan; `ports` gives the port where the plan leaves it to the system.
  func listen(_ plan: [ListenerPlan], ports: [UInt16?]) throws(TransportFailure) -> [UInt16] {
    var bound: [UInt16] = []
    for (listener, port) in zip(plan, ports) {
      let index = doors.count
      let name = listener.name(port: port ?? listener.port)
      let socket = try ListeningSocket(address: listener.address, port: port ?? listener.port, loop: loop) {
        [unowned self] accepted in
        gateway.accept(
          accepted, tls: index < doors.count ? doors[index].tls : nil, services: listener.services, listener: name)
      }
      socket.exhausted = { [unowned self] in gateway.acceptFailed($0) }
      doors.append(
        Door(socket, tls: try listener.tls.map { (tls) throws(TransportFailure) in try ServerTLSContext(tls) }))
      bound.append(socket.port)
    }
    return bound
  }

  enum Preparation: Sendable {
    case ready
    /// The text names the file or setting.
    case failed(String)
  }

  /// Makes, of each door in their order, what a reload gives it; none of it counts before `takePrepared`.
  func prepareTLS(_ settings: [ServerTLSSettings?]) -> Preparation {
    do throws(TransportFailure) {
      for (door, setting) in zip(doors, settings) {
        door.prepared = try setting.map { (setting) throws(TransportFailure) in try ServerTLSContext(setting) }
      }
      return .ready
    } catch {
      return .failed(error.description)
    }
  }

  /// From now on new connections get what was prepared, and exchanges with the upstream these limits.
  func takePrepared(_ limits: UpstreamLimits) {
    for door in doors {
      if let prepared = door.prepared { door.tls = prepared }
      door.prepared = nil
    }
    gateway.take(limits)
  }

  /// Accepts nothing more and closes what is idle.
  func drain() {
    for door in doors { door.socket.closeDescriptor() }
    gateway.drain()
  }

  func finish() { gateway.finish() }
}
