// Reading a duration: numbers and units in a row, `1h30m`.

extension TimeSpan {
  enum ReadingError: Error {
    case invalid
    /// The sum turned negative: the last part read, as the server names it.
    case overflow(part: String)

    var message: String {
      switch self {
      case .invalid: "invalid duration"
      case .overflow(let part): "overflowed duration \(part): choose a smaller duration or INF"
      }
    }
  }

  init(reading name: Name) throws(ReadingError) {
    let scalars = name.text.unicodeScalars
    guard name.text.utf8.count >= 2 else { throw .invalid }
    var rest = scalars[...]
    let isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    var sum: Int64 = 0
    var part = ""
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest[digits.endIndex...]
      guard let unit = rest.popFirst(), let count = Int64(String(digits)) else { throw .invalid }
      let isShort = rest.first == "s"
      let factor: Int64
      switch unit {
      case "n" where isShort: factor = 1
      case "u", "µ": factor = 1_000
      case "m": factor = isShort ? 1_000_000 : 60_000_000_000
      case "s": factor = 1_000_000_000
      case "h": factor = 3_600_000_000_000
      case "d": factor = 86_400_000_000_000
      case "w": factor = 604_800_000_000_000
      default: throw .invalid
      }
      part = "\(count)\(unit)"
      if isShort, unit == "n" || unit == "m" {
        rest.removeFirst()
        part += "s"
      }
      sum &+= count &* factor
    }
    if sum < 0, !isNegative { throw .overflow(part: part) }
    self.init(nanoseconds: isNegative ? 0 &- sum : sum)
  }
}
