// Failures of the upstream in the event log: the first of each kind at once, those that follow as counts.

public import Observation
import Synchronization
import Threading

/// Shared by all event loops. An outage fails every request: a line for each would say nothing more, and cost most when
/// there is most to do.
public final class FailureLog: Sendable {
  private struct Key: Hashable {
    let reason: String
    let upstream: String
  }

  private struct Entry {
    /// When the last line was written.
    var toldAt: Instant
    /// Failures since then.
    var count = 0
  }

  private let events: EventLog
  private let entries = Mutex<[Key: Entry]>([:])

  /// Between two lines on one kind of failure.
  static let interval = Interval.seconds(10)
  /// Kinds that are told apart; what the upstream makes up beyond it is one more kind.
  private static let maximumKinds = 64

  public init(events: EventLog) { self.events = events }

  /// - Parameters:
  ///   - upstream: `host:port`; empty where no member was chosen.
  ///   - path: of the request, without its query.
  func note(reason: String, upstream: String, path: String, now: Instant) {
    var key = Key(reason: reason, upstream: upstream)
    let isFirst = entries.withLock { entries -> Bool in
      if entries[key] == nil, entries.count >= Self.maximumKinds { key = Key(reason: "others", upstream: "") }
      if entries[key] != nil {
        entries[key]?.count += 1
        return false
      }
      entries[key] = Entry(toldAt: now)
      return true
    }
    guard isFirst else { return }
    let path = LogValue.text(path)
    if key.upstream.isEmpty {
      events.log(.warning, "upstream failure", ["reason": .text(key.reason), "path": path])
    } else {
      events.log(
        .warning, "upstream failure",
        ["reason": .text(key.reason), "upstream": .text(key.upstream), "path": path])
    }
  }

  /// Tells what has been counted long enough, and forgets kinds that did not come again.
  ///
  /// - Parameter isLast: whether nothing will be counted any more.
  func tell(now: Instant, isLast: Bool = false) {
    let due = entries.withLock { entries -> [(key: Key, count: Int)] in
      var due: [(key: Key, count: Int)] = []
      for (key, entry) in entries where isLast || now - entry.toldAt >= Self.interval {
        if entry.count > 0 { due.append((key, entry.count)) }
        entries[key] = entry.count > 0 && !isLast ? Entry(toldAt: now) : nil
      }
      return due
    }
    for (key, count) in due {
      events.log(
        .warning, "upstream failures",
        ["reason": .text(key.reason), "upstream": .text(key.upstream), "count": .number(count)])
    }
  }
}
