// Moments of the wall clock, as RFC 3339 texts in UTC with milliseconds.

import Glibc

/// Nanoseconds since 1970-01-01T00:00:00Z, between the years 0 and 9999; what lies outside is shown as the nearest.
public struct Timestamp: Sendable, Hashable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static var now: Self {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Self(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// `2026-11-24T22:05:09.123Z`, 24 bytes.
  public var text: [UInt8] {
    var (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
    var (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    if second < 0 { (day, second) = (day - 1, second + 86_400) }
    let (year, month, dayOfMonth) = civil(daysSinceEpoch: day)
    var output: [UInt8] = []
    output.reserveCapacity(24)
    output.append(year, digits: 4, then: "-")
    output.append(month, digits: 2, then: "-")
    output.append(dayOfMonth, digits: 2, then: "T")
    output.append(second / 3_600, digits: 2, then: ":")
    output.append(second / 60 % 60, digits: 2, then: ":")
    output.append(second % 60, digits: 2, then: ".")
    output.append(rest / 1_000_000, digits: 3, then: "Z")
    return output
  }
}

/// Gregorian date of a day count (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
private func civil(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = days + 719_468
  let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

extension [UInt8] {
  fileprivate mutating func append(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
    append(UInt8(ascii: separator))
  }
}
