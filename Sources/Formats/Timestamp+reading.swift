// Reads RFC 3339 times (§5.6), for dates of expiry.

extension Timestamp {
  /// Of `2027-01-31T12:00:00Z`, with up to 9 digits of a second's fraction and any offset; nil for everything else, a leap
  /// second and years before 1970 or after 2261 included.
  public init?(rfc3339 text: String) {
    var rest = Array(text.utf8)[...]
    guard rest.count <= 40, let year = number(&rest, digits: 4), take(&rest, "-"), let month = number(&rest, digits: 2),
      take(&rest, "-"), let day = number(&rest, digits: 2), take(&rest, "T") || take(&rest, "t"),
      let hour = number(&rest, digits: 2), take(&rest, ":"), let minute = number(&rest, digits: 2), take(&rest, ":"),
      let second = number(&rest, digits: 2), (1970...2261).contains(year), (1...12).contains(month),
      (1...Calendar.days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 60,
      let fraction = fraction(&rest), let offset = offset(&rest), rest.isEmpty
    else { return nil }
    let days = Calendar.dayNumber(year, month, day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    nanoseconds = seconds * 1_000_000_000 + fraction
  }
}

private func take(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
  guard rest.first == UInt8(ascii: character) else { return false }
  rest.removeFirst()
  return true
}

private func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int64? {
  guard rest.count >= digits else { return nil }
  var value: Int64 = 0
  for byte in rest.prefix(digits) {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    value = value * 10 + Int64(byte - UInt8(ascii: "0"))
  }
  rest.removeFirst(digits)
  return value
}

/// In nanoseconds.
private func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
  guard take(&rest, ".") else { return 0 }
  let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
  guard (1...9).contains(digits), var value = number(&rest, digits: digits) else { return nil }
  for _ in digits..<9 { value *= 10 }
  return value
}

/// In seconds east of Greenwich.
private func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
  if take(&rest, "Z") || take(&rest, "z") { return 0 }
  let isWest = rest.first == UInt8(ascii: "-")
  guard take(&rest, "+") || take(&rest, "-"), let hour = number(&rest, digits: 2), take(&rest, ":"),
    let minute = number(&rest, digits: 2), hour < 24, minute < 60
  else { return nil }
  return (hour * 3_600 + minute * 60) * (isWest ? -1 : 1)
}
