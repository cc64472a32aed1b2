// The upstream connections of one event loop: idle ones to reuse, a bounded number in all, and who gets the next.

import HTTP
import Threading
public import Transport

public final class UpstreamPool {
  public let loop: EventLoop
  private(set) var limits: UpstreamLimits
  let decoder = ResponseHeadDecoder()

  private struct Slot {
    let member: UpstreamMember
    let tls: ClientTLSContext?
    var idle: [UpstreamConnection] = []
    var open = 0
    var connecting = 0
    /// Leases that are no writes'.
    var reads = 0
  }

  private var slots: [Slot]
  private var queue = LeaseQueue<any UpstreamExchangeHandler>()
  /// Handlers that waited in vain and have not been told yet.
  private var failing: [(handler: any UpstreamExchangeHandler, failure: UpstreamFailure)] = []
  private var next = 0
  /// Every connection that is open, so that none is lost while nobody else refers to it.
  private var connections: [ObjectIdentifier: UpstreamConnection] = [:]

  /// Exchanges that may wait for a connection in one loop: beyond it, waiting longer helps nobody.
  private static let maximumWaiters = 10_000
  /// Between two looks for connections that can be taken back.
  private static let reclaimInterval = Interval.milliseconds(100)
  private var reclaimedAt = Instant.start
  /// Connections to one member that reads may take: the rest is kept for writes.
  private let readLimit: Int

  public init(loop: EventLoop, members: [UpstreamMember], tls: ClientTLSContext?, limits: UpstreamLimits) {
    self.loop = loop
    self.limits = limits
    readLimit = limits.connections - limits.connections / 4
    slots = members.map { Slot(member: $0, tls: $0.isTLS ? tls : nil) }
  }

  /// A connection now, or nil: then `handler` is told later, unless it cancels. Calls no handler itself, so that what
  /// lies in the loop's scratch stays as it is.
  public func lease(for handler: any UpstreamExchangeHandler, _ claim: UpstreamClaim) -> UpstreamConnection? {
    if let connection = takeIdle(isWrite: claim.isWrite) {
      begin(connection, handler, claim)
      return connection
    }
    guard queue.count < Self.maximumWaiters else {
      fail(handler, UpstreamFailure(.exhausted, .connecting))
      return nil
    }
    if !queue.isCounting { queue.beginCounting(connections.values.lazy.compactMap(\.lease)) }
    queue.append(handler, claim, now: loop.now)
    connectForWaiters()
    return nil
  }

  private func begin(
    _ connection: UpstreamConnection, _ handler: any UpstreamExchangeHandler, _ claim: UpstreamClaim
  ) {
    connection.begin(handler, claim)
    if !claim.isWrite, let i = slotIndex(of: connection.member) { slots[i].reads += 1 }
    if queue.isCounting { queue.hold(claim) }
  }

  private func takeIdle(isWrite: Bool) -> UpstreamConnection? {
    for offset in slots.indices {
      let i = (next + offset) % slots.count
      let takesReads = slots[i].reads < readLimit
      // A client that has its next request ready when a connection comes free must not overtake who waits for one.
      guard isWrite || takesReads, queue.writes == 0, queue.reads == 0 || !takesReads else { continue }
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

  /// Takes other limits from now on; the number of connections stays what it was.
  public func take(_ limits: UpstreamLimits) {
    var taken = limits
    taken.connections = self.limits.connections
    self.limits = taken
  }

  /// To be called now and then: connects for those who wait because descriptors were short.
  public func retry() {
    if !queue.isEmpty { connectForWaiters() }
  }

  /// Forgets a handler that waits.
  public func cancelWait(of handler: any UpstreamExchangeHandler) {
    if !queue.isEmpty { queue.removeAll { $0 === handler } }
    failing.removeAll { $0.handler === handler }
  }

  /// Takes connections back where others wait for one and hold less: from clients that let the upstream wait, and where
  /// that is not enough and somebody has waited for long, from reads that have not been answered yet. To be called now and
  /// then, outside of every exchange's event.
  public func reclaim() {
    guard !queue.isEmpty, loop.now - reclaimedAt >= Self.reclaimInterval else { return }
    reclaimedAt = loop.now
    var pending = slots.reduce(0) { $0 + $1.connecting }
    guard queue.count > pending else { return }
    let idlers = connections.values
      .compactMap { connection in connection.clientDelay.map { (connection, $0) } }
      .filter { $0.1 >= limits.clientPatience }
    for (connection, _) in idlers.sorted(by: { $0.1 > $1.1 }) {
      guard queue.count > pending, let claim = connection.lease else { break }
      let isRoomForReads = !claim.isWrite || slots.contains { $0.reads < readLimit }
      guard queue.isOutweighed(by: claim, pending: pending, allowsReads: isRoomForReads) else { continue }
      pending += 1
      connection.reclaim()
    }
    guard let waited = queue.wait(now: loop.now), waited >= limits.clientPatience else { return }
    // Then reads that the upstream works on, the latest first: of those the least is lost.
    let working = connections.values.compactMap { connection in connection.workingSince.map { (connection, $0) } }
    for (connection, _) in working.sorted(by: { $0.1 > $1.1 }) {
      guard queue.count > pending, let claim = connection.lease else { break }
      guard queue.isOutweighed(by: claim, pending: pending, allowsReads: true) else { continue }
      pending += 1
      connection.reclaim()
    }
  }

  /// Closes every connection, whoever has it. The loop keeps what is open and each of them keeps the loop, so a loop that
  /// ends before its process does must have none.
  public func close() {
    queue = LeaseQueue()
    failing = []
    for connection in connections.values { connection.abandon() }
    loop.releaseClosed()
  }

  /// Connections open to every member.
  public var openConnections: Int { slots.reduce(0) { $0 + $1.open } }

  private func connectForWaiters() {
    let connecting = slots.reduce(0) { $0 + $1.connecting }
    let readRoom = slots.reduce(0) { $0 + max(0, readLimit - $1.reads) }
    var wanted = queue.writes + min(queue.reads, readRoom) - connecting
    while wanted > 0, let i = chooseMember(isForReads: queue.writes == 0) {
      wanted -= 1
      let member = slots[i].member
      guard let address = member.address else {
        failFirstWaiter(
          UpstreamFailure(.unreachable("no address for \(member.host)"), .connecting, member: member.name))
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
        member.noteRefusal(at: loop.now)
        failFirstWaiter(UpstreamFailure(.unreachable(error.description), .connecting, member: member.name))
      }
    }
  }

  /// The next member with room, those that refused lately only when there is no other.
  private func chooseMember(isForReads: Bool) -> Int? {
    var fallback: Int?
    for offset in slots.indices {
      let i = (next + offset) % slots.count
      guard slots[i].open < limits.connections, !isForReads || slots[i].reads < readLimit else { continue }
      if !slots[i].member.isAvoided(at: loop.now) {
        next = i + 1
        return i
      }
      fallback = fallback ?? i
    }
    return fallback
  }

  private func failFirstWaiter(_ failure: UpstreamFailure) {
    if let waiter = queue.next(allowsReads: true) { fail(waiter.handler, failure) }
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
    for (handler, failure) in told { handler.upstreamFailed(failure) }
  }

  private func slotIndex(of member: UpstreamMember) -> Int? { slots.firstIndex { $0.member === member } }

  // MARK: From connections

  func opened(_ connection: UpstreamConnection) {
    guard let i = slotIndex(of: connection.member) else { return connection.abandon() }
    slots[i].connecting -= 1
    connection.member.noteReachable(at: loop.now)
    if let waiter = queue.next(allowsReads: slots[i].reads < readLimit) {
      begin(connection, waiter.handler, waiter.claim)
      return waiter.handler.upstreamLeased(connection)
    }
    // Whoever asked for it has left or was served by another.
    connection.abandon()
  }

  func connectionFailed(to member: UpstreamMember, _ failure: UpstreamFailure) {
    if let i = slotIndex(of: member) {
      slots[i].connecting -= 1
      member.noteRefusal(at: loop.now)
      // Nothing was sent: another member may take it.
      if slots.contains(where: { !$0.member.isAvoided(at: loop.now) && $0.open < limits.connections }) {
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
    if !queue.isEmpty { connectForWaiters() }
  }

  /// An exchange is over, before its connection is idle or closed.
  func ended(_ connection: UpstreamConnection, _ claim: UpstreamClaim) {
    if !claim.isWrite, let i = slotIndex(of: connection.member) { slots[i].reads -= 1 }
    guard queue.isCounting else { return }
    queue.release(claim)
    if queue.isEmpty, queue.held < slots.count * limits.connections / 2 { queue.endCounting() }
  }

  func serveWaiters() {
    while !queue.isEmpty {
      // No copy of the queue, or taking out of it would copy all who wait.
      let canServe = { [isForWrites = queue.writes > 0, readLimit] (slot: Slot) in
        !slot.idle.isEmpty && (isForWrites || slot.reads < readLimit)
      }
      guard let i = slots.firstIndex(where: canServe),
        let waiter = queue.next(allowsReads: slots[i].reads < readLimit), let connection = slots[i].idle.popLast()
      else { return }
      begin(connection, waiter.handler, waiter.claim)
      waiter.handler.upstreamLeased(connection)
    }
  }
}
