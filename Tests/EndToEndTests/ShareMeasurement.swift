// What honest clients see while one login takes no answers: 560 readers of a big SELECT before a real influxd.

import Foundation
import Glibc
import Testing

/// Runs in `make test-long`, and prints what it measured.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_LONG"] != nil)) struct ShareMeasurement {
  private struct Seen: Sendable {
    var statuses: [Int: Int] = [:]
    var slowest = 0.0
    var sum = 0.0
    var count: Int { statuses.values.reduce(0, +) }

    mutating func note(_ status: Int, _ seconds: Double) {
      statuses[status, default: 0] += 1
      slowest = max(slowest, seconds)
      sum += seconds
    }

    var line: String {
      let counts = statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
      return String(format: "%@; mean %.3f s, slowest %.3f s", counts, sum / Double(max(1, count)), slowest)
    }
  }

  private static let seconds = 20.0
  private static let readers = 560

  @Test func honestClientsAreServed() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let text = String(repeating: "x", count: 200)
    for batch in 0..<5 {
      let lines = (0..<5_000).map { "big s=\"\(text)\" \(1_500_000_000_000_000_000 + batch * 5_000 + $0)" }
      try influxd.write(lines.joined(separator: "\n"), database: "metrics")
    }
    let before = try influxd.memory("VmRSS")
    let gatehouse = try influxd.gatehouse()
    try gatehouse.awaitLogin()
    let slow = try (0..<Self.readers).map { _ in
      let client = try RawClient(gatehouse, tls: false, receiveBuffer: 4_096)
      client.send(Request.query("SELECT * FROM big"))
      return client
    }
    let writes = Awaited(Seen())
    let reads = Awaited(Seen())
    let end = Date(timeIntervalSinceNow: Self.seconds)
    let requests: [(Awaited<Seen>, @Sendable (Int) -> String)] = [
      (writes, { Request.write("cpu v=\($0)") }),
      (reads, { _ in Request.query("SELECT * FROM vault", database: "secret", login: .vault) }),
    ]
    let workers = requests.map { seen, request in
      Background.start {
        var number = 0
        while Date() < end {
          number += 1
          let start = Date()
          let status = (try? RawClient(gatehouse, tls: false).exchange(request(number)).status) ?? 0
          let passed = Date().timeIntervalSince(start)
          seen.change { $0.note(status, passed) }
        }
      }
    }
    var highest = before
    for worker in workers { while !worker.join(seconds: 0.2) { highest = max(highest, try influxd.memory("VmRSS")) } }
    print("shares: \(Self.readers) readers that take nothing, \(Int(Self.seconds)) s")
    print("shares: writes of another login: \(writes.current.line)")
    print("shares: reads of another login: \(reads.current.line)")
    print("shares: resident memory of influxd: \(before / 1_024) MiB before, \(highest / 1_024) MiB at most")
    #expect(Set(writes.current.statuses.keys) == [204])
    #expect(reads.current.statuses[200] ?? 0 > 0)
    for client in slow { client.closeNow() }
    gatehouse.stop()
  }
}

extension GatehouseProcess {
  /// The first requests of each login wait for their hash.
  fileprivate func awaitLogin() throws {
    _ = try RawClient(self, tls: false).exchange(Request.query("SHOW MEASUREMENTS"))
  }
}
