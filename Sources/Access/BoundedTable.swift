// A dictionary that never grows beyond its capacity.

struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let capacity: Int
  private var table = ClockTable<Key, Value>()

  /// `capacity` is at least 1.
  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { table.count }

  /// The value of `key`, which thereby counts as used.
  mutating func use(_ key: Key) -> Value? { table.use(key) }

  mutating func set(_ value: Value, for key: Key) {
    if table.count >= capacity, !table.contains(key) { _ = table.evict { _ in true } }
    table.set(value, for: key)
  }

  mutating func remove(_ key: Key) { table.remove(key) }
}
