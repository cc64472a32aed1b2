// The deadlines of one event loop: setting one later costs a store, not a queue operation.

import Threading

/// A wheel of ticks. A channel whose deadline moved later since it was filed is filed again when its old tick comes, so
/// the usual case (a deadline that is moved by every exchange and never expires) does almost nothing.
struct DeadlineWheel {
  /// Deadlines are kept to this precision.
  static var tick: Interval { Interval(nanoseconds: tickNanoseconds) }
  private static let tickNanoseconds: UInt64 = 64_000_000
  private static let slotCount = 1_024

  private var slots: [[Channel]] = Array(repeating: [], count: slotCount)
  private var current: UInt64

  init(now: Instant) { current = Self.number(of: now) }

  private static func number(of instant: Instant) -> UInt64 { instant.nanoseconds / tickNanoseconds }

  mutating func schedule(_ channel: Channel) {
    guard channel.deadline != .never else { return }
    let due = max(Self.number(of: channel.deadline) + 1, current + 1)
    guard due < channel.pendingTick else { return }
    remove(channel)
    // Beyond one turn of the wheel the channel is looked at once a turn.
    let tick = min(due, current + UInt64(Self.slotCount) - 1)
    let slot = Int(tick % UInt64(Self.slotCount))
    channel.pendingTick = tick
    channel.wheelIndex = slots[slot].count
    slots[slot].append(channel)
  }

  /// Forgets a channel at once: the wheel must not keep what was closed until its tick comes.
  mutating func remove(_ channel: Channel) {
    guard channel.pendingTick != .max else { return }
    let slot = Int(channel.pendingTick % UInt64(Self.slotCount))
    channel.pendingTick = .max
    let index = channel.wheelIndex
    guard index < slots[slot].count, slots[slot][index] === channel, let last = slots[slot].popLast() else { return }
    if last !== channel {
      slots[slot][index] = last
      last.wheelIndex = index
    }
  }

  /// Channels whose deadline has passed.
  mutating func advance(to now: Instant) -> [Channel] {
    let target = Self.number(of: now)
    var expired: [Channel] = []
    while current < target {
      current += 1
      let slot = Int(current % UInt64(Self.slotCount))
      guard !slots[slot].isEmpty else { continue }
      let due = slots[slot]
      slots[slot] = []
      for channel in due {
        channel.pendingTick = .max
        guard channel.isOpen, channel.deadline != .never else { continue }
        if channel.deadline <= now { expired.append(channel) } else { schedule(channel) }
      }
    }
    return expired
  }
}
