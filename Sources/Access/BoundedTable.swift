// A dictionary that never grows beyond its capacity: the second-chance rule (CLOCK) chooses what has to go.

struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Slot: Sendable {
    var key: Key
    var value: Value
    /// Used since the hand last passed.
    var isRecent: Bool
  }

  let capacity: Int
  private var index: [Key: Int] = [:]
  private var slots: [Slot] = []
  private var hand = 0

  /// `capacity` is at least 1.
  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { slots.count }

  /// The value of `key`, which thereby counts as used.
  mutating func use(_ key: Key) -> Value? {
    guard let slot = index[key] else { return nil }
    slots[slot].isRecent = true
    return slots[slot].value
  }

  mutating func set(_ value: Value, for key: Key) {
    if let slot = index[key] {
      slots[slot].value = value
      slots[slot].isRecent = true
    } else if slots.count < capacity {
      index[key] = slots.count
      slots.append(Slot(key: key, value: value, isRecent: false))
    } else {
      // Ends within two rounds: the first clears every mark.
      while slots[hand].isRecent {
        slots[hand].isRecent = false
        hand = (hand + 1) % capacity
      }
      index[slots[hand].key] = nil
      index[key] = hand
      slots[hand] = Slot(key: key, value: value, isRecent: false)
      hand = (hand + 1) % capacity
    }
  }

  mutating func remove(_ key: Key) {
    guard let slot = index.removeValue(forKey: key), let last = slots.popLast() else { return }
    if slot < slots.count {
      slots[slot] = last
      index[last.key] = slot
    }
    if hand >= slots.count { hand = 0 }
  }
}
