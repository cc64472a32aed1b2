// What is known of a forwarded request beside its state.

import Decision

/// Replaced as a whole for every request.
struct ForwardingAttempt {
  /// Whether the request can be sent again after a connection that had been kept turned out to be closed.
  enum Repetition {
    case impossible
    case possible([UInt8])
    case done
  }

  /// The state that the request was permitted under.
  var decidedUnder = Generations.none
  /// Whether the upstream reads the body as gzip.
  var isInflated = false
  /// Counts a body as it passes; nil where its length tells enough.
  var gauge: BodyGauge?
  var repetition = Repetition.impossible
}
