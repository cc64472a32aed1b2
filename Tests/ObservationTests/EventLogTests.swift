// Operational messages: one valid line each, or none.

import Formats
import Glibc
import Testing

@testable import Observation

@Suite struct EventLogTests {
  private func written(minimum: EventLog.Level = .info, _ body: (EventLog) -> Void) -> String {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    body(EventLog(descriptor: ends[1], minimum: minimum, clock: { Timestamp(nanoseconds: 0) }))
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(ends[0], &bytes, bytes.count)
    close(ends[0])
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  @Test func writesOneLineAMessage() {
    let text = written {
      $0.log(.info, "listening", ["address": "127.0.0.1:8086", "workers": 2, "plaintext": false])
      $0.log(.error, "x\ny")
    }
    #expect(
      text == """
        {"time":"1970-01-01T00:00:00.000Z","level":"info","message":"listening","address":"127.0.0.1:8086",\
        "workers":2,"plaintext":false}
        {"time":"1970-01-01T00:00:00.000Z","level":"error","message":"x\\ny"}

        """)
  }

  @Test func dropsWhatIsBelowItsLevel() {
    #expect(written { $0.log(.debug, "x") } == "")
    #expect(written(minimum: .error) { $0.log(.warning, "x") } == "")
    #expect(written(minimum: .debug) { $0.log(.debug, "x") } != "")
  }
}
