// The deadlines of one event loop: setting one later costs a store, not a queue operation.

/// A wheel of ticks. A channel whose deadline moved later since it was filed is filed again when its old tick comes, so
/// the usual case (a deadline that is moved by every exchange and never expires) does almost nothing.
struct DeadlineWheel {
  /// Milliseconds; deadlines are kept to this precision.
  static let tick: UInt64 = 64
  private static let slotCount = 1_024

  private var slots: [[Channel]] = Array(repeating: [], count: slotCount)
  private var current: UInt64

  init(now: UInt64) { current = now / Self.tick }

  mutating func schedule(_ channel: Channel) {
    guard channel.deadline != .max else { return }
    let due = max(channel.deadline / Self.tick + 1, current + 1)
    guard due < channel.pendingTick else { return }
    file(channel, at: due)
  }

  private mutating func file(_ channel: Channel, at due: UInt64) {
    // Beyond one turn of the wheel the channel is looked at once a turn.
    let tick = min(due, current + UInt64(Self.slotCount) - 1)
    channel.pendingTick = tick
    slots[Int(tick % UInt64(Self.slotCount))].append(channel)
  }

  /// Channels whose deadline has passed.
  mutating func advance(to now: UInt64) -> [Channel] {
    let target = now / Self.tick
    var expired: [Channel] = []
    while current < target {
      current += 1
      let slot = Int(current % UInt64(Self.slotCount))
      guard !slots[slot].isEmpty else { continue }
      let due = slots[slot]
      slots[slot].removeAll(keepingCapacity: due.count < 64)
      for channel in due where channel.pendingTick == current {
        channel.pendingTick = .max
        guard channel.isOpen, channel.deadline != .max else { continue }
        if channel.deadline <= now { expired.append(channel) } else { schedule(channel) }
      }
    }
    return expired
  }
}
