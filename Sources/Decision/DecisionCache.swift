// Decisions on queries that an event loop remembers, so that a text that was seen before is not understood anew.

import Access
import Authorizations
import Formats
import HTTP

/// What a decision on a query depends on beside what is published: who asks, by which method, and every parameter that
/// has a part in it.
struct DecisionKey: Hashable {
  /// A login or token. Its own, so that nobody's use of the cache costs another more than an equal share.
  struct Owner: Hashable {
    let kind: Principal.Kind
    let id: Identifier
  }

  let owner: Owner
  let revision: UInt64
  let expiresAt: Int64?
  let isPost: Bool
  /// The values of `QueryRequest.deciding`, each with its length before it.
  let values: [UInt8]
  /// Seeded anew in every process, so that nobody can find texts that collide.
  let digest: Int

  init(_ principal: Principal, isPost: Bool, values: [UInt8]) {
    owner = Owner(kind: principal.kind, id: principal.id)
    revision = principal.revision
    expiresAt = principal.expiresAt
    self.isPost = isPost
    self.values = values
    var hasher = Hasher()
    hasher.combine(owner.id)
    // At once: as elements of an array they would cost more than what the cache saves.
    values.withUnsafeBytes { hasher.combine(bytes: $0) }
    digest = hasher.finalize()
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// Of one event loop, so it takes no lock. It keeps permits alone, and those for one state of authorizations and
/// directory: whatever is published empties it, and whoever asks was authenticated anew.
///
/// Bounded in entries and bytes. A text is kept when it comes for the second time, so that those that never come again,
/// as a dashboard's whose times move, cost nothing and push out nobody. Who holds an equal share of a full cache replaces
/// what is their own, by the second-chance rule (CLOCK).
struct DecisionCache {
  struct Limits {
    var entries = 1_024
    /// Estimated, of everything kept.
    var bytes = 2 << 20
    /// Of the values of one key; longer texts are understood anew each time.
    var keyBytes = 8 << 10
    /// Of one entry.
    var entryBytes = 32 << 10
    /// Texts of which is remembered that they came; a power of two.
    var sightings = 4_096
  }

  private struct Entry {
    let decision: PermittedRequest
    let bytes: Int
  }

  private struct Holding {
    var entries = 0
    var bytes = 0
  }

  private let limits: Limits
  private var generations = Generations.none
  private var table = ClockTable<DecisionKey, Entry>()
  private var holdings: [DecisionKey.Owner: Holding] = [:]
  private(set) var bytes = 0
  /// Digests of keys that came once, each in its place. They permit nothing.
  private var sightings: [Int] = []

  init(limits: Limits = Limits()) { self.limits = limits }

  var count: Int { table.count }

  func count(of owner: DecisionKey.Owner) -> Int { holdings[owner]?.entries ?? 0 }

  /// nil for a request that is too long to be kept.
  func key(_ principal: Principal, isPost: Bool, _ values: FormValues) -> DecisionKey? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    for name in QueryRequest.deciding {
      let value = values[name] ?? []
      guard value.count <= limits.keyBytes - bytes.count else { return nil }
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: value.count)) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: value)
    }
    return DecisionKey(principal, isPost: isPost, values: bytes)
  }

  mutating func recall(_ key: DecisionKey, _ now: Generations) -> PermittedRequest? {
    generations == now ? table.use(key)?.decision : nil
  }

  mutating func remember(_ decision: PermittedRequest, for key: DecisionKey, _ now: Generations) {
    // What depends on other fields, or on what the upstream had a moment ago, is decided anew each time.
    guard !decision.carriage.dependsOnFields, !decision.permit.isMomentary, isSecondSight(of: key) else { return }
    if generations != now { empty(for: now) }
    let cost = decision.estimatedBytes + 2 * key.values.count
    guard cost <= limits.entryBytes, !table.contains(key) else { return }
    while table.count >= limits.entries || bytes + cost > limits.bytes {
      guard evict(ownedBy: hasEqualShare(key.owner, before: cost) ? key.owner : nil) else { return }
    }
    table.set(Entry(decision: decision, bytes: cost), for: key)
    bytes += cost
    holdings[key.owner, default: Holding()].entries += 1
    holdings[key.owner, default: Holding()].bytes += cost
  }

  private mutating func isSecondSight(of key: DecisionKey) -> Bool {
    if sightings.isEmpty { sightings = Array(repeating: 0, count: limits.sightings) }
    let place = key.digest & (sightings.count - 1)
    if sightings[place] == key.digest { return true }
    sightings[place] = key.digest
    return false
  }

  private mutating func empty(for now: Generations) {
    let sightings = sightings
    self = DecisionCache(limits: limits)
    self.sightings = sightings
    generations = now
  }

  private func hasEqualShare(_ owner: DecisionKey.Owner, before cost: Int) -> Bool {
    guard let held = holdings[owner] else { return false }
    return held.entries >= limits.entries / holdings.count || held.bytes + cost > limits.bytes / holdings.count
  }

  /// - Parameter owner: whose entry goes; nil for anyone's. False where there is none.
  private mutating func evict(ownedBy owner: DecisionKey.Owner?) -> Bool {
    guard let (key, entry) = table.evict(where: { owner == nil || $0.owner == owner }) else { return false }
    bytes -= entry.bytes
    holdings[key.owner]?.entries -= 1
    holdings[key.owner]?.bytes -= entry.bytes
    if holdings[key.owner]?.entries == 0 { holdings[key.owner] = nil }
    return true
  }
}
