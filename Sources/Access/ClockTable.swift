// A table that forgets: the second-chance rule (CLOCK) chooses what has to go.

/// Knows no bound of its own: whoever keeps it evicts before it grows too large. Inlinable, so that it is compiled for its
/// keys and values in whatever module keeps it.
public struct ClockTable<Key: Hashable, Value> {
  @usableFromInline struct Slot {
    @usableFromInline let key: Key
    @usableFromInline var value: Value
    /// Used since the hand last passed.
    @usableFromInline var isRecent = false

    @inlinable init(key: Key, value: Value) {
      self.key = key
      self.value = value
    }
  }

  @usableFromInline var index: [Key: Int] = [:]
  @usableFromInline var slots: [Slot] = []
  @usableFromInline var hand = 0

  @inlinable public init() {}

  @inlinable public var count: Int { slots.count }

  /// Whether `key` is there, which does not count as a use.
  @inlinable public func contains(_ key: Key) -> Bool { index[key] != nil }

  /// The value of `key`, which thereby counts as used.
  @inlinable public mutating func use(_ key: Key) -> Value? {
    guard let slot = index[key] else { return nil }
    slots[slot].isRecent = true
    return slots[slot].value
  }

  /// Replaces the value of `key`, which thereby counts as used, or adds it.
  @inlinable public mutating func set(_ value: Value, for key: Key) {
    if let slot = index[key] {
      slots[slot].value = value
      slots[slot].isRecent = true
    } else {
      index[key] = slots.count
      slots.append(Slot(key: key, value: value))
    }
  }

  @discardableResult
  @inlinable public mutating func remove(_ key: Key) -> Value? {
    guard let slot = index[key] else { return nil }
    return remove(at: slot)
  }

  /// Takes out what was not used for longest, as far as the rule knows, among what `mayGo`; nil where there is none.
  @inlinable public mutating func evict(where mayGo: (Key) -> Bool) -> (key: Key, value: Value)? {
    // Ends within two rounds: the first clears every mark.
    for _ in 0..<(2 * slots.count) {
      if hand >= slots.count { hand = 0 }
      let place = hand
      hand += 1
      guard mayGo(slots[place].key) else { continue }
      if slots[place].isRecent {
        slots[place].isRecent = false
      } else {
        let key = slots[place].key
        return (key, remove(at: place))
      }
    }
    return nil
  }

  /// The last one moves to the place of the one that goes.
  @inlinable mutating func remove(at place: Int) -> Value {
    let removed = slots[place]
    index[removed.key] = nil
    let last = slots.removeLast()
    if place < slots.count {
      slots[place] = last
      index[last.key] = place
    }
    return removed.value
  }
}

extension ClockTable: Sendable where Key: Sendable, Value: Sendable {}
extension ClockTable.Slot: Sendable where Key: Sendable, Value: Sendable {}
