// Times on the command line.

import Formats

extension Arguments {
  /// Nanoseconds since 1970 of an option's RFC 3339 time, which lies ahead: one that has passed is a slip.
  func futureTime(_ name: String) throws(CommandFailure) -> Int64? {
    guard let text = value(name) else { return nil }
    guard let time = Timestamp(rfc3339: text)?.nanoseconds else {
      throw .usage("\(name): '\(text)' is no time as 2027-01-31T12:00:00Z")
    }
    guard time > WallClock.system() else { throw .usage("\(name): \(text) has passed") }
    return time
  }
}
