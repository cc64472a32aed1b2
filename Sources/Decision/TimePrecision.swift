// The unit of a request's times: what its sender means, and how this upstream says it (`v1-auth.md` §13).

/// Servers take a spelling that they do not know for nanoseconds, and answer 204: so one meaning is read here, and none
/// but a spelling that is known is ever forwarded.
enum TimePrecision {
  case nanoseconds, microseconds, milliseconds, seconds, minutes, hours

  /// As clients of all versions spell it; nil for a word that nobody knows.
  init?(_ spelling: some Collection<UInt8>) {
    func isSpelled(_ word: StaticString) -> Bool { word.withUTF8Buffer { $0.elementsEqual(spelling) } }
    if isSpelled("n") || isSpelled("ns") {
      self = .nanoseconds
    } else if isSpelled("u") || isSpelled("us") || isSpelled("µ") {
      self = .microseconds
    } else if isSpelled("ms") {
      self = .milliseconds
    } else if isSpelled("s") {
      self = .seconds
    } else if isSpelled("m") {
      self = .minutes
    } else if isSpelled("h") {
      self = .hours
    } else {
      return nil
    }
  }

  /// For `precision` of a write; nil where the upstream has no word for it.
  func writeSpelling(_ dialect: UpstreamDialect) -> StaticString? {
    switch (self, dialect) {
    case (.nanoseconds, .influxDB1): "n"
    case (.microseconds, .influxDB1): "u"
    case (.minutes, .influxDB1): "m"
    case (.hours, .influxDB1): "h"
    // On both of its paths; 2.9.1 takes `n` and `u` for nanoseconds on one, and refuses them on the other.
    case (.nanoseconds, .influxDB2): "ns"
    case (.microseconds, .influxDB2): "us"
    case (.minutes, .influxDB2), (.hours, .influxDB2): nil
    case (.milliseconds, _): "ms"
    case (.seconds, _): "s"
    }
  }

  /// For `epoch` of a query, of which every server knows the same words; `us` is none of them (recorded of 1.6.7).
  var epochSpelling: StaticString {
    switch self {
    case .nanoseconds: "ns"
    case .microseconds: "u"
    case .milliseconds: "ms"
    case .seconds: "s"
    case .minutes: "m"
    case .hours: "h"
    }
  }

  /// What a refusal says of the words that would do.
  static func writeWords(_ dialect: UpstreamDialect) -> StaticString {
    dialect == .influxDB1 ? "n, u, ms, s, m or h" : "ns, us, ms or s"
  }
}
