// A right password gets its turn under a flood of wrong ones: counted in verifications, not in time (issue 10, A8).

import Testing
import Threading

@testable import Access

private let hash = try? PasswordHasher.unmatchable(cost: 4)

/// Connections that each send another name and another wrong password as soon as the last was refused.
private final class Flood {
  let scheduler: SchedulerBox
  private let sources: Int
  /// Whether each guess comes on a connection of its own.
  private let reconnects: Bool
  private var sent = 0
  /// Verifications made.
  private(set) var made = 0
  private var now = Instant.start + .seconds(1)

  init(sources: Int, connections: Int, capacity: Int = 16_384, reconnects: Bool = false) throws {
    scheduler = SchedulerBox(
      HashScheduler(capacity: capacity, waiterCapacity: 100_000, limits: FailureLimits()))
    self.sources = sources
    self.reconnects = reconnects
    for connection in 0..<connections { try send(from: connection % sources, isFresh: true) }
  }

  private func send(from source: Int, isFresh: Bool = false) throws {
    sent += 1
    _ = try submit("10.0.0.\(source)", "name-\(sent)", "wrong", waiter: source, isFresh: isFresh || reconnects)
  }

  private func digest(_ text: String) -> Digest {
    var mac = AuthenticationKey([9]).begin(.attempt)
    mac.append(text)
    return mac.finish()
  }

  func submit(_ source: String, _ name: String, _ password: String, waiter: Int = -1, isFresh: Bool = true) throws
    -> Bool
  {
    let job = HashJob(
      digest: digest("\(name):\(password)"), password: Array(password.utf8), hash: try #require(hash),
      alternative: nil, mayMatch: true, isRemembered: true)
    let applicant = HashApplicant(
      source: SourceAddress(source), attempt: digest("\(source) \(name)"), matchSucceeds: true, mismatchFails: true,
      isFresh: isFresh)
    if case .queued(let dropped) = scheduler.submit(job, for: applicant, waiter: waiter, now: now) {
      #expect(!dropped.contains(-1), "a right password gave way to the flood")
      return true
    }
    return false
  }

  /// Makes the next verification, and lets the connection that waited for it send again; whether it was the right one.
  func makeOne() throws -> Bool {
    let job = try #require(scheduler.next())
    made += 1
    now = now + .milliseconds(50)
    let isRight = job.password == Array("right".utf8)
    for waiter in scheduler.finish(job.digest, isRight ? .matches : .differs, now: now) where waiter >= 0 {
      try send(from: waiter)
    }
    return isRight
  }

  /// Verifications until the right password was found, `limit` at most.
  func verifications(limit: Int) throws -> Int {
    let before = made
    while made - before < limit { if try makeOne() { break } }
    return made - before
  }
}

@Suite struct FloodTests {
  private static let sources = 50
  private static let connections = 1_100

  /// What a source sent before its first failure was known counts for no more than what it sends later.
  @Test func findsTheFirstLogInOfACleanAddressAtOnce() throws {
    let flood = try Flood(sources: Self.sources, connections: Self.connections)
    #expect(try flood.submit("192.0.2.1", "good", "right"))
    #expect(try flood.verifications(limit: 2_000) <= 4)
    for round in 0..<20 {
      for _ in 0..<97 { _ = try flood.makeOne() }
      #expect(try flood.submit("192.0.2.\(round + 2)", "good", "right"))
      #expect(try flood.verifications(limit: 2_000) <= 4)
    }
  }

  @Test func findsTheRightPasswordOfASuspectAddressWithinTwoRounds() throws {
    let flood = try Flood(sources: Self.sources, connections: Self.connections)
    for round in 0..<20 {
      #expect(try flood.submit("192.0.2.\(round)", "good", "mistyped"))
      for _ in 0..<97 { _ = try flood.makeOne() }
      #expect(try flood.submit("192.0.2.\(round)", "good", "right"))
      #expect(try flood.verifications(limit: 2_000) <= 2 * (Self.sources + 1))
    }
  }

  /// Behind one address those come first who have not failed on their connection.
  @Test func findsTheRightPasswordOfAnAddressSharedWithTheFloodWithinTwoRounds() throws {
    let flood = try Flood(sources: Self.sources, connections: Self.connections)
    // From its first moment on, when no connection of it has failed yet.
    for round in 0..<40 {
      for _ in 0..<197 { _ = try flood.makeOne() }
      #expect(try flood.submit("10.0.0.\(round)", "good", "right"))
      #expect(try flood.verifications(limit: 5_000) <= 2 * (Self.sources + 1))
    }
  }

  /// A flood that opens a connection for each guess: every fourth turn goes to the name that waits longest.
  @Test func findsTheRightPasswordOfASharedAddressEvenWhereTheFloodReconnects() throws {
    let flood = try Flood(sources: Self.sources, connections: Self.connections, reconnects: true)
    for round in 0..<3 {
      for _ in 0..<197 { _ = try flood.makeOne() }
      #expect(try flood.submit("10.0.0.\(round)", "good", "right"))
      #expect(
        try flood.verifications(limit: 5_000)
          <= Self.sources * 4 * (Self.connections / Self.sources + 2))
    }
  }

  /// A full queue is no reason to refuse who has less in it than others.
  @Test func takesASuspectIntoAFullQueueAtTheCostOfWhoHasMost() throws {
    let flood = try Flood(sources: 10, connections: 200, capacity: 100)
    #expect(flood.scheduler.depth == 100)
    #expect(try flood.submit("192.0.2.1", "good", "mistyped"))
    for _ in 0..<150 { _ = try flood.makeOne() }
    #expect(try flood.submit("192.0.2.1", "good", "right"))
    #expect(try flood.verifications(limit: 1_000) <= 22)
  }

  /// A fleet with one login waits for no host of it whose address is under suspicion.
  @Test func givesAFleetTheTurnOfItsCleanAddresses() throws {
    let flood = try Flood(sources: Self.sources, connections: Self.connections)
    for _ in 0..<197 { _ = try flood.makeOne() }
    #expect(try flood.submit("10.0.0.1", "fleet", "right"))
    #expect(try flood.submit("192.0.2.1", "fleet", "right") == false, "it joins")
    #expect(try flood.verifications(limit: 5_000) <= 4)
    // Its other places mean nothing any more.
    let before = flood.made
    for _ in 0..<2_000 { #expect(try flood.makeOne() == false) }
    #expect(flood.made == before + 2_000)
    #expect(flood.scheduler.depth <= Self.connections)
  }

  @Test func servesACrowdBehindOneAddressWhileSingleOnesNeverEnd() throws {
    let flood = try Flood(sources: 1, connections: 0)
    #expect(try flood.submit("192.0.2.1", "one", "right"))
    #expect(try flood.submit("192.0.2.1", "two", "right"))
    for source in 0..<100 { #expect(try flood.submit("198.51.100.\(source)", "other", "wrong-\(source)")) }
    #expect(try flood.verifications(limit: 200) <= 4)
  }
}
