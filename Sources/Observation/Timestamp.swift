// Moments of the wall clock, as RFC 3339 texts in UTC with milliseconds.

import Glibc

/// Nanoseconds since 1970-01-01T00:00:00Z: the years 1677 to 2262.
public struct Timestamp: Sendable, Hashable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static var now: Self {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Self(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Bytes of `2026-11-24T22:05:09.123Z`.
  static let length = 24

  /// Writes that form; the cursor has room for it.
  func write(to cursor: inout ByteCursor) {
    var (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
    var (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    if second < 0 { (day, second) = (day - 1, second + 86_400) }
    let (year, month, dayOfMonth) = civil(daysSinceEpoch: day)
    cursor.write(pair: year / 100)
    cursor.write(pair: year % 100)
    cursor.write(UInt8(ascii: "-"))
    cursor.write(pair: month)
    cursor.write(UInt8(ascii: "-"))
    cursor.write(pair: dayOfMonth)
    cursor.write(UInt8(ascii: "T"))
    cursor.write(pair: second / 3_600)
    cursor.write(UInt8(ascii: ":"))
    cursor.write(pair: second / 60 % 60)
    cursor.write(UInt8(ascii: ":"))
    cursor.write(pair: second % 60)
    cursor.write(UInt8(ascii: "."))
    let milliseconds = rest / 1_000_000
    cursor.write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
    cursor.write(pair: milliseconds % 100)
    cursor.write(UInt8(ascii: "Z"))
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

extension ByteCursor {
  /// Two digits of a number below 100.
  fileprivate mutating func write(pair number: Int64) {
    write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
