// What an honest client sees while others misbehave: measured and printed by `make test-long` (issue 10, A2, A3 and A9).

import Foundation
import Glibc
import Testing

@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_LONG"] != nil))
struct HonestClientTests {
  private static let ping = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
  /// Seconds of each measurement.
  private static let duration = 4.0

  /// Writes on kept connections, enough of them that some share a loop with the flood, and on a new one now and then.
  private static func measure(_ name: String, _ scene: Scene) throws {
    let context = try ClientContext()
    let clients = try (0..<6).map { _ in try RawClient(scene.gatehouse, context: context) }
    for client in clients { #expect(try client.exchange(Request.write("cpu v=0")).status == 204) }
    var times: [Double] = []
    var failures = 0
    let end = Date(timeIntervalSinceNow: duration)
    while Date() < end {
      let begin = DispatchTime.now().uptimeNanoseconds
      let place = times.count
      let client = place % 10 == 9 ? try? RawClient(scene.gatehouse, context: context) : clients[place % clients.count]
      let answer = try? client?.exchange(Request.write("cpu v=1"))
      if answer?.status != 204 { failures += 1 }
      times.append(Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e6)
    }
    times.sort()
    let shown = { (rank: Double) in String(format: "%.1f", times[Int(Double(times.count - 1) * rank)]) }
    print(
      "honest client, \(name): \(times.count) writes, \(failures) failed; median \(shown(0.5)) ms, "
        + "99th percentile \(shown(0.99)) ms, worst \(shown(1)) ms")
    #expect(failures == 0, "\(name)")
  }

  /// Measures while `attack` is repeated by some threads.
  private static func measure(
    _ name: String, _ scene: Scene, threads: Int = 4, attack: @escaping @Sendable (GatehouseProcess) throws -> Void
  ) throws {
    let isOver = Awaited(false)
    let gatehouse = scene.gatehouse
    let attackers = (0..<threads).map { _ in
      Background.start { while !isOver.current { try? attack(gatehouse) } }
    }
    defer {
      isOver.change { $0 = true }
      for attacker in attackers { attacker.join() }
    }
    try measure(name, scene)
  }

  @Test func measuresFloods() throws {
    try Scene.play { scene in
      try Self.measure("alone", scene)
      try Self.measure("4 clients flood with KeyUpdate", scene) {
        let client = try RawClient($0, seconds: 5)
        while try client.sendKeyUpdates(2_000, asking: true) {}
      }
      try Self.measure("4 clients flood with hellos of TLS 1.2", scene) {
        let client = try RawClient($0, context: try ClientContext(ciphers12: Records12.ciphers), seconds: 5)
        while try client.sendHellos(2_000) {}
      }
      try Self.measure("4 clients send pings ahead", scene) {
        let client = try RawClient($0, tls: false, seconds: 5)
        let many = Array(String(repeating: Self.ping, count: 2_000).utf8)
        for _ in 0..<20 {
          client.send(many)
          for _ in 0..<2_000 { _ = try client.readAnswer() }
        }
      }
      try Self.measure("4 clients upload over TLS in records of one byte", scene) {
        let client = try RawClient($0, seconds: 5)
        client.send(
          "POST /write?db=metrics HTTP/1.1\r\nHost: x\r\n\(Login.writer.basic)Content-Length: 40000\r\n\r\n")
        client.send(pieces: Array(repeating: [UInt8(ascii: "x")], count: 40_000))
        _ = try client.readAnswer()
      }
    }
  }

  @Test func measuresFilteredAnswers() throws {
    let row = "[1,\"SELECT own FROM cpu\",\"metrics\",\"1s\"]"
    let rows = Array(repeating: row, count: 3_900_000 / (row.utf8.count + 1)).joined(separator: ",")
    let body =
      "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"qid\",\"query\",\"database\",\"duration\"],"
      + "\"values\":[\(rows)]}]}]}\n"
    try Scene.play(script: { connection in
      let request = try connection.readRequest()
      if request.path == "/write" { return connection.answer("204 No Content") }
      connection.answer("200 OK", body, fields: "Content-Type: application/json\r\n")
    }) { scene in
      try Self.measure("2 clients have 3.9 MB filtered", scene, threads: 2) {
        let client = try RawClient($0, tls: false)
        while true { _ = try client.exchange(Request.query("SHOW QUERIES")) }
      }
    }
  }

  @Test func measuresFewDescriptors() throws {
    try Scene.play(settings: { $0.descriptors = 200 }) { scene in
      try Self.measure("200 descriptors, 300 strangers connect again and again", scene, threads: 2) { gatehouse in
        let crowd = try (0..<150).map { _ in try RawClient(gatehouse, tls: false, from: 0x7f00_0002) }
        for client in crowd { client.send(Self.ping) }
      }
    }
  }

  @Test func measuresOneAddressThatTakesAll() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["connections = 100"] }) { scene in
      let idle = try (0..<100).map { _ in try RawClient(scene.gatehouse, handshakes: false, from: 0x7f00_0002) }
      try Self.measure("100 idle connections of one address where 100 are allowed", scene)
      #expect(idle.count == 100)
    }
  }
}
