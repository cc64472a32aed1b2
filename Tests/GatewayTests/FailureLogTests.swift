// An outage is a line and then counts, not a line for each request.

import Glibc
import Observation
import Testing
import Threading

@testable import Gateway

@Suite struct FailureLogTests {
  /// What was written to the event log by `work`.
  private func lines(_ work: (FailureLog) -> Void) throws -> [Substring] {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    work(FailureLog(events: EventLog(descriptor: ends[1])))
    close(ends[1])
    var text: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(ends[0], &room, room.count), count > 0 { text += room.prefix(count) }
    close(ends[0])
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  private func fail(_ log: FailureLog, _ reason: String, _ count: Int, at now: Instant) {
    for _ in 0..<count { log.note(reason: reason, upstream: "db:8086", path: "/write", now: now) }
  }

  @Test func saysAnOutageOnceAndThenCounts() throws {
    let lines = try lines { log in
      fail(log, "refused", 500, at: .start + .milliseconds(1_000))
      fail(log, "reset", 1, at: .start + .milliseconds(1_000))
      log.tell(now: .start + .milliseconds(5_000))
      fail(log, "refused", 500, at: .start + .milliseconds(9_000))
      log.tell(now: .start + .milliseconds(11_000))
      // Nothing came since: it is over, and the next one is told at once.
      log.tell(now: .start + .milliseconds(21_000))
      fail(log, "refused", 3, at: .start + .milliseconds(22_000))
      log.tell(now: .start + .milliseconds(22_001), isLast: true)
    }
    #expect(lines.count == 5, "\(lines)")
    #expect(lines[0].contains("\"reason\":\"refused\",\"upstream\":\"db:8086\",\"path\":\"/write\""))
    #expect(lines[1].contains("\"reason\":\"reset\""))
    #expect(lines[2].contains("\"upstream failures\"") && lines[2].contains("\"count\":999"))
    #expect(lines[3].contains("\"upstream failure\",\"reason\":\"refused\""))
    #expect(lines[4].contains("\"count\":2"))
  }

  @Test func keepsAFewKindsAlone() throws {
    let lines = try lines { log in
      for number in 0..<1_000 {
        log.note(reason: "odd \(number)", upstream: "", path: "/", now: .start + .milliseconds(1))
      }
      log.tell(now: .start + .milliseconds(20_000))
    }
    #expect(lines.count == 66, "\(lines.count)")
    #expect(lines.last?.contains("\"reason\":\"others\"") == true && lines.last?.contains("\"count\":935") == true)
    #expect(!lines[0].contains("upstream\":"))
  }
}
