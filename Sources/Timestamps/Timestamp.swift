// RFC 3339 times as Go writes them: UTC, as many fractional digits as are needed.

/// `nanoseconds` since 1970-01-01T00:00:00Z.
package func timestamp(_ nanoseconds: Int64) -> String {
  let (seconds, fraction) = nanoseconds.floored(by: 1_000_000_000)
  let (day, second) = seconds.floored(by: 86_400)
  let (year, month, dayOfMonth) = civil(day)
  var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
  text += "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
  if fraction > 0 {
    var digits = padded(fraction, 9)
    while digits.hasSuffix("0") { digits.removeLast() }
    text += "." + digits
  }
  return text + "Z"
}

/// Howard Hinnant's days-to-civil: eras of 400 years that begin on March 1st.
private func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = day + 719_468
  let (era, dayOfEra) = shifted.floored(by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let month = (5 * dayOfYear + 2) / 153
  let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
  return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension Int64 {
  /// The remainder is never negative. Written so that no product of the quotient can overflow.
  fileprivate func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
