// Makes identifiers in the layout of InfluxDB 2.x, so that tools which sort or date them by value go on working.

public import Formats

/// Bits 63–22: milliseconds since 2017-04-09T00:00:00Z; bits 21–12: a machine number; bits 11–0: a sequence.
///
/// Every identifier is greater than the one before it, also when the clock steps back or stands still. Two generators
/// with the same machine number may collide: the store refuses the second (`StoreError.identifierTaken`).
public struct IdentifierGenerator: Sendable {
  /// 2017-04-09T00:00:00Z in milliseconds since 1970.
  private static let epoch: Int64 = 1_491_696_000_000
  /// The real server never assigns a value below this.
  private static let firstAssigned: UInt64 = 1000

  private let machine: UInt64
  /// Milliseconds and sequence of the last identifier, as one number: sequence overflow borrows from the next
  /// millisecond rather than wait for it.
  private var last: UInt64 = 0

  /// `machine` is taken modulo 1024; the real server draws it at start.
  public init(machine: UInt16 = .random(in: 0..<1024)) {
    self.machine = UInt64(machine % 1024)
  }

  /// The next identifier at `now`, nanoseconds since 1970.
  public mutating func next(now: Int64) -> Identifier {
    let elapsed = UInt64(max(0, now / 1_000_000 - Self.epoch)) & 0x3ff_ffff_ffff
    last = max(elapsed << 12, last &+ 1)
    while true {
      let value = (last >> 12) << 22 | machine << 12 | last & 0xfff
      if value >= Self.firstAssigned { return Identifier(nonzero: value) }
      last &+= 1
    }
  }
}
