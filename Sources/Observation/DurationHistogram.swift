// Durations in buckets whose bounds go by factors of four, from a quarter of a millisecond to over a minute.

struct DurationHistogram: Sendable {
  /// Upper bounds in microseconds.
  static let bounds: [UInt64] = [
    250, 1_000, 4_000, 16_000, 64_000, 256_000, 1_024_000, 4_096_000, 16_384_000, 65_536_000,
  ]

  /// One more than `bounds`: the last is for what is longer.
  private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  /// Microseconds.
  private(set) var sum: UInt64 = 0

  /// Negative durations count as none.
  mutating func record(_ microseconds: Int) {
    let value = UInt64(max(0, microseconds))
    counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
    sum &+= value
  }

  mutating func add(_ other: Self) {
    for index in counts.indices { counts[index] += other.counts[index] }
    sum &+= other.sum
  }
}
