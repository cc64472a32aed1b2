// Who waits for an upstream connection, who holds how many, and whose turn it is.

import Threading

/// The turn is that of the login or source which holds the least against its equal share; among equals, of who came
/// first. A share binds only while others wait: a fleet behind one balancer is often one address and one login.
///
/// What is held is counted only where somebody waits or waited lately, so that a lease costs nothing otherwise.
struct LeaseQueue<Handler> {
  private struct Waiter {
    let handler: Handler
    let ticket: UInt64
    let since: Instant
  }

  /// A login or a source.
  private struct Party {
    var held = 0
    var waiting = 0

    var isIdle: Bool { held == 0 && waiting == 0 }
  }

  private var waiters: [UpstreamClaim: [Waiter]] = [:]
  private var logins: [UpstreamClaim: Party] = [:]
  private var sources: [Int: Party] = [:]
  private var tickets: UInt64 = 0
  private(set) var writes = 0
  private(set) var reads = 0
  /// Leases that are counted.
  private(set) var held = 0
  private(set) var isCounting = false
  /// Who is next, by whether reads may be, as long as nothing changes: it takes a look at everybody.
  private var known: [Bool: UpstreamClaim] = [:]

  var count: Int { writes + reads }
  var isEmpty: Bool { count == 0 }

  /// Begins to count, with what is held at the moment.
  mutating func beginCounting(_ claims: some Sequence<UpstreamClaim>) {
    endCounting()
    isCounting = true
    for claim in claims { hold(claim) }
  }

  mutating func endCounting() {
    isCounting = false
    held = 0
    logins = [:]
    sources = [:]
    known = [:]
  }

  mutating func hold(_ claim: UpstreamClaim) {
    held += 1
    change(claim) { $0.held += 1 }
  }

  mutating func release(_ claim: UpstreamClaim) {
    held -= 1
    change(claim) { $0.held -= 1 }
  }

  mutating func append(_ handler: Handler, _ claim: UpstreamClaim, now: Instant = .start) {
    tickets += 1
    waiters[claim, default: []].append(Waiter(handler: handler, ticket: tickets, since: now))
    note(claim, +1)
  }

  /// Takes out who is next; nil where nobody waits who may be served.
  ///
  /// - Parameter allowsReads: whether the connection at hand may be a read's.
  mutating func next(allowsReads: Bool) -> (handler: Handler, claim: UpstreamClaim)? {
    guard let claim = nextClaim(allowsReads: allowsReads), let waiter = waiters[claim]?.first else { return nil }
    waiters[claim]?.removeFirst()
    if waiters[claim]?.isEmpty ?? false { waiters[claim] = nil }
    note(claim, -1)
    return (waiter.handler, claim)
  }

  mutating func removeAll(where isWanted: (Handler) -> Bool) {
    for (claim, group) in waiters where group.contains(where: { isWanted($0.handler) }) {
      let kept = group.filter { !isWanted($0.handler) }
      waiters[claim] = kept.isEmpty ? nil : kept
      note(claim, kept.count - group.count)
    }
  }

  /// Whether the next in turn holds so much less than this one that a connection should change hands.
  ///
  /// - Parameter pending: connections that are on their way to whoever is next.
  mutating func isOutweighed(by claim: UpstreamClaim, pending: Int, allowsReads: Bool) -> Bool {
    guard let next = nextClaim(allowsReads: allowsReads) else { return false }
    return weight(claim, -1) > weight(next, pending)
  }

  /// For how long the next in turn has waited; nil where nobody waits.
  mutating func wait(now: Instant) -> Interval? {
    nextClaim(allowsReads: true).flatMap { waiters[$0]?.first }.map { now - $0.since }
  }

  private mutating func nextClaim(allowsReads: Bool) -> UpstreamClaim? {
    if let claim = known[allowsReads] { return claim }
    let claim = findNextClaim(allowsReads: allowsReads)
    known[allowsReads] = claim
    return claim
  }

  private func findNextClaim(allowsReads: Bool) -> UpstreamClaim? {
    var best: (claim: UpstreamClaim, weight: Int, ticket: UInt64)?
    for (claim, group) in waiters where claim.isWrite || allowsReads {
      guard let ticket = group.first?.ticket else { continue }
      let weight = weight(claim, 0)
      if let best, (best.weight, best.ticket) <= (weight, ticket) { continue }
      best = (claim, weight, ticket)
    }
    return best?.claim
  }

  /// What is held, in equal shares of one: by how many others there are.
  private func weight(_ claim: UpstreamClaim, _ change: Int) -> Int {
    let login = (logins[Self.login(of: claim)]?.held ?? 0) + change
    let source = (sources[claim.source]?.held ?? 0) + change
    return max(login * logins.count, source * sources.count)
  }

  private mutating func note(_ claim: UpstreamClaim, _ difference: Int) {
    if claim.isWrite { writes += difference } else { reads += difference }
    change(claim) { $0.waiting += difference }
  }

  private mutating func change(_ claim: UpstreamClaim, _ change: (inout Party) -> Void) {
    known = [:]
    let login = Self.login(of: claim)
    change(&logins[login, default: Party()])
    if logins[login]?.isIdle ?? false { logins[login] = nil }
    change(&sources[claim.source, default: Party()])
    if sources[claim.source]?.isIdle ?? false { sources[claim.source] = nil }
  }

  private static func login(of claim: UpstreamClaim) -> UpstreamClaim {
    UpstreamClaim(login: claim.login, source: claim.login.isEmpty ? claim.source : 0)
  }
}
