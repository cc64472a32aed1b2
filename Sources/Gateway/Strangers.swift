// The connections on which nothing was ever authenticated: a share for each source, and the first to go when it is tight.

import Access
import Decision
import Synchronization
import Threading

/// How many of them each source has, over all loops.
final class StrangerCounts: Sendable {
  private let counts = Mutex<[SourceAddress: Int]>([:])

  /// Counts one more; how many there are now.
  func add(_ source: SourceAddress) -> Int {
    counts.withLock {
      $0[source, default: 0] += 1
      return $0[source] ?? 1
    }
  }

  func remove(_ source: SourceAddress) {
    counts.withLock {
      let left = ($0[source] ?? 1) - 1
      $0[source] = left > 0 ? left : nil
    }
  }
}

/// Those of one loop, by age.
struct Strangers {
  private var all = AgeQueue<DownstreamConnection>()
  private var bySource: [SourceAddress: AgeQueue<DownstreamConnection>] = [:]
  private var next: UInt64 = 0

  /// What to `remove` it by.
  mutating func add(_ connection: DownstreamConnection) -> UInt64 {
    next += 1
    all.append(connection, as: next)
    bySource[connection.link.client.source, default: AgeQueue()].append(connection, as: next)
    return next
  }

  mutating func remove(_ number: UInt64, of source: SourceAddress) {
    all.remove(number)
    bySource[source]?.remove(number)
    if bySource[source]?.isEmpty ?? false { bySource[source] = nil }
  }

  /// The oldest that nobody waits for an answer on.
  mutating func oldest() -> DownstreamConnection? { all.first(where: \.mayGo) }

  /// Of one source, where it has been there for longer than a first request takes: a fleet behind one address that comes
  /// back all at once gets in one after the other, in place of each ending the one before.
  mutating func oldest(of source: SourceAddress, now: Instant) -> DownstreamConnection? {
    bySource[source]?.first { $0.mayGo && now - $0.link.acceptedAt >= Self.grace }
  }

  private static let grace = Interval.seconds(2)
}

/// Values in the order of their coming, or of the last look at them that was in vain. All it does takes constant time, spread over its calls.
struct AgeQueue<Value> {
  private var order: [UInt64] = []
  private var head = 0
  private var values: [UInt64: Value] = [:]

  /// Values that are looked at in one search.
  private static var searchDepth: Int { 16 }

  var isEmpty: Bool { values.isEmpty }

  /// `number` is greater than all before.
  mutating func append(_ value: Value, as number: UInt64) {
    order.append(number)
    values[number] = value
  }

  mutating func remove(_ number: UInt64) {
    guard values.removeValue(forKey: number) != nil else { return }
    // What was removed leaves its number behind until there are more of such than of others.
    guard order.count > 2 * values.count + 32 else { return }
    order = order[head...].filter { values[$0] != nil }
    head = 0
  }

  /// The first that fits, among the oldest few. Those that do not go behind all others, so that a few that never fit do
  /// not stand before the rest for ever.
  mutating func first(where fits: (Value) -> Bool) -> Value? {
    for _ in 0..<min(Self.searchDepth, values.count) {
      while head < order.count, values[order[head]] == nil { head += 1 }
      guard head < order.count, let value = values[order[head]] else { return nil }
      if fits(value) { return value }
      order.append(order[head])
      head += 1
      if head > values.count + 32 {
        order.removeFirst(head)
        head = 0
      }
    }
    return nil
  }
}
