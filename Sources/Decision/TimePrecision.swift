// The unit of a request's times: what its sender means, and how this upstream says it (recorded of each).

import Formats

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
  func writeSpelling(_ words: Dialect.PrecisionWords) -> StaticString? {
    switch (self, words) {
    case (.nanoseconds, .letters): "n"
    case (.microseconds, .letters): "u"
    case (.minutes, .letters): "m"
    case (.hours, .letters): "h"
    // On both of its paths; 2.9.1 takes `n` and `u` for nanoseconds on one, and refuses them on the other.
    case (.nanoseconds, .abbreviations): "ns"
    case (.microseconds, .abbreviations): "us"
    case (.minutes, .abbreviations), (.hours, .abbreviations): nil
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
  static func writeWords(_ words: Dialect.PrecisionWords) -> StaticString {
    words == .letters ? "n, u, ms, s, m or h" : "ns, us, ms or s"
  }
}
