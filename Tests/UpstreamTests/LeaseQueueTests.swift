// Whose turn it is for an upstream connection.

import Testing

import Threading
@testable import Upstream

@Suite struct LeaseQueueTests {
  private static let greedy = UpstreamClaim(login: "greedy", source: 1)
  private static let modest = UpstreamClaim(login: "modest", source: 2)

  private static func queue(_ held: [UpstreamClaim]) -> LeaseQueue<Int> {
    var queue = LeaseQueue<Int>()
    queue.beginCounting(held)
    return queue
  }

  /// The order in which all who wait are served, each holding on.
  private static func order(_ queue: LeaseQueue<Int>) -> [Int] {
    var queue = queue
    var served: [Int] = []
    while let next = queue.next(allowsReads: true) {
      served.append(next.handler)
      queue.hold(next.claim)
    }
    return served
  }

  private static func isOutweighed(_ queue: LeaseQueue<Int>, by claim: UpstreamClaim, pending: Int) -> Bool {
    var queue = queue
    return queue.isOutweighed(by: claim, pending: pending, allowsReads: true)
  }

  @Test func servesOneLoginInOrder() {
    var queue = Self.queue([Self.greedy])
    for number in 1...5 { queue.append(number, Self.greedy) }
    #expect(Self.order(queue) == [1, 2, 3, 4, 5])
  }

  @Test func servesWhoHoldsLessFirst() {
    var queue = Self.queue(Array(repeating: Self.greedy, count: 3))
    for number in 1...3 { queue.append(number, Self.greedy) }
    for number in 11...15 { queue.append(number, Self.modest) }
    // Until both hold three, and then in turn.
    #expect(Self.order(queue) == [11, 12, 13, 1, 14, 2, 15, 3])
  }

  @Test func sharesOutBySourceBehindManyLogins() {
    let logins = (0..<4).map { UpstreamClaim(login: "login-\($0)", source: 1) }
    var queue = Self.queue(logins + logins)
    queue.append(1, UpstreamClaim(login: "login-9", source: 1))
    queue.append(2, Self.modest)
    #expect(Self.order(queue) == [2, 1])
  }

  /// Behind a balancer all are of one source: that must not make them wait for each other.
  @Test func sharesOutByLoginBehindOneSource() {
    let busy = UpstreamClaim(login: "busy", source: 1)
    let quiet = UpstreamClaim(login: "quiet", source: 1)
    var queue = Self.queue([busy, busy, busy])
    queue.append(1, busy)
    queue.append(2, quiet)
    #expect(Self.order(queue) == [2, 1])
  }

  @Test func countsWhoHasNoLoginByTheirSource() {
    let flood = UpstreamClaim(source: 1)
    var queue = Self.queue([flood, flood])
    queue.append(1, flood)
    queue.append(2, UpstreamClaim(source: 2))
    #expect(Self.order(queue) == [2, 1])
  }

  @Test func passesReadsOverWhereOnlyWritesMayBeServed() {
    var queue = Self.queue([])
    queue.append(1, Self.modest)
    queue.append(2, UpstreamClaim(login: "greedy", source: 1, isWrite: true))
    #expect(queue.next(allowsReads: false)?.handler == 2)
    #expect(queue.next(allowsReads: false) == nil)
    #expect(queue.next(allowsReads: true)?.handler == 1)
    #expect(queue.isEmpty)
  }

  @Test func letsConnectionsChangeHandsUntilSharesAreEqual() {
    var queue = Self.queue(Array(repeating: Self.greedy, count: 6))
    queue.append(1, Self.modest)
    #expect(Self.isOutweighed(queue, by: Self.greedy, pending: 0))
    #expect(!Self.isOutweighed(queue, by: Self.greedy, pending: 5))
    #expect(!Self.isOutweighed(queue, by: Self.modest, pending: 0))
    for _ in 0..<3 {
      queue.release(Self.greedy)
      queue.hold(Self.modest)
    }
    #expect(!Self.isOutweighed(queue, by: Self.greedy, pending: 0))
    // Nobody takes from their own.
    _ = queue.next(allowsReads: true)
    queue.append(2, Self.greedy)
    #expect(!Self.isOutweighed(queue, by: Self.greedy, pending: 0))
  }

  @Test func forgetsWhoLeft() {
    var queue = Self.queue([])
    for number in 1...3 { queue.append(number, Self.modest) }
    queue.removeAll { $0 == 2 }
    #expect(queue.count == 2)
    #expect(Self.order(queue) == [1, 3])
    queue.endCounting()
    #expect(queue.held == 0)
  }

  /// Who is next is kept until something changes.
  @Test func knowsWhoIsNextAfterEachChange() {
    var queue = Self.queue(Array(repeating: Self.greedy, count: 3))
    var waits: [Interval?] = []
    queue.append(1, Self.greedy, now: .start)
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    queue.append(2, Self.modest, now: .start + .milliseconds(3))
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    for _ in 0..<5 { queue.hold(Self.modest) }
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    for _ in 0..<5 { queue.release(Self.modest) }
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    queue.removeAll { $0 == 2 }
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    let last = queue.next(allowsReads: true)?.handler
    waits.append(queue.wait(now: .start + .milliseconds(10)))
    #expect(waits.map { $0?.milliseconds } == [10, 7, 10, 7, 10, nil])
    #expect(last == 1)
  }
}
