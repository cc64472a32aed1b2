// Times on the command line.

import Timestamps

extension Arguments {
  /// Nanoseconds since 1970 of an option's RFC 3339 time.
  func time(_ name: String) throws(CommandFailure) -> Int64? {
    guard let text = value(name) else { return nil }
    guard let time = nanoseconds(rfc3339: text) else {
      throw .usage("\(name): '\(text)' is no time as 2027-01-31T12:00:00Z")
    }
    return time
  }
}
