// The upstream connections of one event loop: idle ones to reuse, a bounded number in all, and who waits for one.

public import Transport
import HTTP

public final class UpstreamPool {
  public let loop: EventLoop
  let limits: UpstreamLimits
  let decoder = ResponseHeadDecoder()

  private struct Slot {
    let member: UpstreamMember
    let tls: ClientTLSContext?
    var idle: [UpstreamConnection] = []
    var open = 0
    var connecting = 0
    /// Milliseconds of the loop's clock until which the member is passed over, having refused a connection.
    var avoidedUntil: UInt64 = 0
  }

  private struct Waiter {
    let handler: any UpstreamExchangeHandler
  }

  private var slots: [Slot]
  private var waiters: [Waiter] = []
  /// Handlers that waited in vain and have not been told yet.
  private var failing: [(handler: any UpstreamExchangeHandler, failure: UpstreamFailure)] = []
  private var next = 0
  /// Every connection that is open, so that none is lost while nobody else refers to it.
  private var connections: [ObjectIdentifier: UpstreamConnection] = [:]

  /// Milliseconds for which a member that refused a connection is passed over.
  private static let avoidance: UInt64 = 1_000
  /// Exchanges that may wait for a connection in one loop: beyond it, waiting longer helps nobody.
  private static let maximumWaiters = 10_000

  public init(loop: EventLoop, members: [UpstreamMember], tls: ClientTLSContext?, limits: UpstreamLimits) {
    self.loop = loop
    self.limits = limits
    slots = members.map { Slot(member: $0, tls: $0.isTLS ? tls : nil) }
  }

  /// A connection now, or nil: then `handler` is told later, unless it cancels. Calls no handler itself, so that what
  /// lies in the loop's scratch stays as it is.
  public func lease(for handler: any UpstreamExchangeHandler) -> UpstreamConnection? {
    // A client that has its next request ready when a connection comes free must not overtake who waits for one.
    if waiters.isEmpty, let connection = takeIdle() {
      connection.begin(handler)
      return connection
    }
    guard waiters.count < Self.maximumWaiters else {
      fail(handler, .exhausted)
      return nil
    }
    waiters.append(Waiter(handler: handler))
    connectForWaiters()
    return nil
  }

  private func takeIdle() -> UpstreamConnection? {
    for offset in slots.indices {
      let i = (next + offset) % slots.count
      while let connection = slots[i].idle.popLast() {
        if connection.isStale {
          connection.abandon()
          continue
        }
        next = i + 1
        return connection
      }
    }
    return nil
  }

  /// To be called now and then: connects for those who wait because descriptors were short.
  public func retry() {
    if !waiters.isEmpty { connectForWaiters() }
  }

  /// Forgets a handler that waits.
  public func cancelWait(of handler: any UpstreamExchangeHandler) {
    waiters.removeAll { $0.handler === handler }
    failing.removeAll { $0.handler === handler }
  }

  /// Closes every connection, whoever has it. The loop keeps what is open and each of them keeps the loop, so a loop that
  /// ends before its process does must have none.
  public func close() {
    waiters = []
    failing = []
    for connection in connections.values { connection.abandon() }
    loop.releaseClosed()
  }

  /// Connections open to every member.
  public var openConnections: Int { slots.reduce(0) { $0 + $1.open } }

  private func connectForWaiters() {
    let connecting = slots.reduce(0) { $0 + $1.connecting }
    var wanted = waiters.count - connecting
    while wanted > 0, let i = chooseMember() {
      wanted -= 1
      let member = slots[i].member
      guard let address = member.address else {
        failFirstWaiter(.unreachable("no address for \(member.host)", member: member.authority))
        continue
      }
      do throws(TransportFailure) {
        let connection = try UpstreamConnection(member: member, address: address, tls: slots[i].tls, pool: self)
        connections[ObjectIdentifier(connection)] = connection
        slots[i].open += 1
        slots[i].connecting += 1
      } catch {
        // The member is not at fault, and a connection may come free: `retry` looks again.
        if error.isShortage { return }
        slots[i].avoidedUntil = loop.now &+ Self.avoidance
        failFirstWaiter(.unreachable(error.description, member: member.authority))
      }
    }
  }

  /// The next member with room, those that refused lately only when there is no other.
  private func chooseMember() -> Int? {
    var fallback: Int?
    for offset in slots.indices {
      let i = (next + offset) % slots.count
      guard slots[i].open < limits.connections else { continue }
      if slots[i].avoidedUntil <= loop.now {
        next = i + 1
        return i
      }
      fallback = fallback ?? i
    }
    return fallback
  }

  private func failFirstWaiter(_ failure: UpstreamFailure) {
    guard !waiters.isEmpty else { return }
    fail(waiters.removeFirst().handler, failure)
  }

  /// Tells a handler after the event under way: whose event it is may have bytes in the loop's scratch, which the one that
  /// is told will use.
  private func fail(_ handler: any UpstreamExchangeHandler, _ failure: UpstreamFailure) {
    failing.append((handler, failure))
    guard failing.count == 1 else { return }
    let later = loop.resumption { [weak self] (_: Bool) in self?.tellFailing() }
    later(true)
  }

  private func tellFailing() {
    let told = failing
    failing = []
    for (handler, failure) in told { handler.upstreamFailed(failure, mayRepeat: false) }
  }

  private func slotIndex(of member: UpstreamMember) -> Int? { slots.firstIndex { $0.member === member } }

  // MARK: From connections

  func opened(_ connection: UpstreamConnection) {
    if let i = slotIndex(of: connection.member) {
      slots[i].connecting -= 1
      slots[i].avoidedUntil = 0
    }
    if !waiters.isEmpty {
      let handler = waiters.removeFirst().handler
      connection.begin(handler)
      return handler.upstreamLeased(connection)
    }
    // Whoever asked for it has left or was served by another.
    connection.abandon()
  }

  func connectionFailed(to member: UpstreamMember, _ failure: UpstreamFailure) {
    if let i = slotIndex(of: member) {
      slots[i].connecting -= 1
      slots[i].avoidedUntil = loop.now &+ Self.avoidance
      // Nothing was sent: another member may take it.
      if slots.contains(where: { $0.avoidedUntil <= loop.now && $0.open < limits.connections }) {
        return connectForWaiters()
      }
    }
    failFirstWaiter(failure)
  }

  func accepts(idle connection: UpstreamConnection) -> Bool {
    guard let i = slotIndex(of: connection.member) else { return false }
    return slots[i].idle.count < limits.idleConnections
  }

  func put(idle connection: UpstreamConnection) {
    if let i = slotIndex(of: connection.member) { slots[i].idle.append(connection) }
  }

  func closed(_ connection: UpstreamConnection, wasIdle: Bool) {
    connections[ObjectIdentifier(connection)] = nil
    guard let i = slotIndex(of: connection.member) else { return }
    slots[i].open -= 1
    if wasIdle { slots[i].idle.removeAll { $0 === connection } }
    if !waiters.isEmpty { connectForWaiters() }
  }

  func serveWaiters() {
    while !waiters.isEmpty {
      guard let i = slots.firstIndex(where: { !$0.idle.isEmpty }), let connection = slots[i].idle.popLast() else {
        return
      }
      let handler = waiters.removeFirst().handler
      connection.begin(handler)
      handler.upstreamLeased(connection)
    }
  }
}
