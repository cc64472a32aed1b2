// A length of time.

/// From no time to 584 years; never negative, and nothing here traps.
public struct Interval: Hashable, Comparable, Sendable {
  public let nanoseconds: UInt64

  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  public static let zero = Interval(nanoseconds: 0)
  /// Longer than every other.
  public static let forever = Interval(nanoseconds: .max)

  /// A negative number is taken for none, here and below.
  public static func microseconds(_ count: Int) -> Interval { Interval(count, of: 1_000) }
  public static func milliseconds(_ count: Int) -> Interval { Interval(count, of: 1_000_000) }
  public static func seconds(_ count: Int) -> Interval { Interval(count, of: 1_000_000_000) }

  private init(_ count: Int, of unit: UInt64) {
    let (product, overflows) = UInt64(max(0, count)).multipliedReportingOverflow(by: unit)
    nanoseconds = overflows ? .max : product
  }

  /// Whole microseconds, rounded down, as the two below.
  public var microseconds: Int { Int(clamping: nanoseconds / 1_000) }
  public var milliseconds: Int { Int(clamping: nanoseconds / 1_000_000) }
  public var seconds: Int { Int(clamping: nanoseconds / 1_000_000_000) }

  public static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }

  public static func + (left: Interval, right: Interval) -> Interval {
    let (sum, overflows) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return overflows ? .forever : Interval(nanoseconds: sum)
  }

  /// What is left of the first; nothing where the second is longer.
  public static func - (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left > right ? left.nanoseconds &- right.nanoseconds : 0)
  }

  public static func * (interval: Interval, count: Int) -> Interval {
    let (product, overflows) = interval.nanoseconds.multipliedReportingOverflow(by: UInt64(max(0, count)))
    return overflows ? .forever : Interval(nanoseconds: product)
  }
}
