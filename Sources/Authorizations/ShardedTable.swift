// A dictionary of which a changed copy is cheap: it shares all but one of its parts with the original.

/// With 100,000 entries a plain dictionary takes tens of milliseconds to copy, and a published snapshot is never changed
/// in place.
public struct ShardedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private static var shardCount: Int { 256 }

  private var shards = [[Key: Value]](repeating: [:], count: Self.shardCount)
  public private(set) var count = 0

  init() {}

  public internal(set) subscript(key: Key) -> Value? {
    get { shards[Self.shard(of: key)][key] }
    set {
      let shard = Self.shard(of: key)
      let before = shards[shard].count
      shards[shard][key] = newValue
      count += shards[shard].count - before
    }
  }

  public var isEmpty: Bool { count == 0 }

  /// In no order.
  public var values: some Sequence<Value> { shards.lazy.flatMap(\.values) }

  /// A dictionary seeds its hashes with its address, so that the keys of one shard spread within it.
  private static func shard(of key: Key) -> Int { key.hashValue & (shardCount - 1) }
}
