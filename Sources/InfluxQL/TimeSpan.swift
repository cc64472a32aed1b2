// A duration of the language: nanoseconds, read and printed with InfluxQL's units.

/// A span of time in nanoseconds, which wraps on overflow as the server's does.
public struct TimeSpan: Hashable, Sendable, CustomStringConvertible {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The largest unit that divides it without rest, as the server prints durations in statements: `90m`, `1w`, `5u`.
  public var description: String {
    let (count, unit) = inLargestUnit
    return "\(count)\(unit)"
  }

  /// Each unit divides the next, so the first step that leaves a rest is the last that is tried.
  var inLargestUnit: (count: Int64, unit: StaticString) {
    if nanoseconds == 0 { return (0, "s") }
    var count = nanoseconds
    guard count % 1_000 == 0 else { return (count, "ns") }
    count /= 1_000
    guard count % 1_000 == 0 else { return (count, "u") }
    count /= 1_000
    guard count % 1_000 == 0 else { return (count, "ms") }
    count /= 1_000
    guard count % 60 == 0 else { return (count, "s") }
    count /= 60
    guard count % 60 == 0 else { return (count, "m") }
    count /= 60
    guard count % 24 == 0 else { return (count, "h") }
    count /= 24
    guard count % 7 == 0 else { return (count, "d") }
    return (count / 7, "w")
  }

  /// Hours, minutes and seconds, as CREATE DATABASE prints its durations: `24h0m0s`, `1.5s`, `20ms`.
  var clockDescription: String {
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    if magnitude == 0 { return "0s" }
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + Self.decimal(magnitude, per: 1_000) + "µs" }
    if magnitude < 1_000_000_000 { return sign + Self.decimal(magnitude, per: 1_000_000) + "ms" }
    let minutes = magnitude / 60_000_000_000
    let seconds = Self.decimal(magnitude % 60_000_000_000, per: 1_000_000_000) + "s"
    if minutes == 0 { return sign + seconds }
    return minutes < 60 ? "\(sign)\(minutes)m\(seconds)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
  }

  private static func decimal(_ value: UInt64, per unit: UInt64) -> String {
    var rest = value % unit
    guard rest != 0 else { return "\(value / unit)" }
    var text = "\(value / unit)."
    var place = unit / 10
    while rest != 0, place != 0 {
      text += "\(rest / place)"
      rest %= place
      place /= 10
    }
    return text
  }
}
