// Bytes that nobody would send: gatehouse lives on, and what it forwards is whole (B7, rows 55 and 57).

import TestSupport
import Testing

@Suite struct FuzzTests {
  private static let seeds: [[UInt8]] = [
    Request.write("cpu v=1"), Request.chunkedWrite("cpu", " v=1"), Request.query("SHOW MEASUREMENTS"),
    Request.form("db=metrics&q=SELECT%20v%20FROM%20cpu"),
    "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token x\r\n\r\n",
    "POST /api/v2/write?bucket=metrics%2Fautogen&org=x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\(Login.writer.basic)Content-Length: 7\r\n\r\ncpu v=1",
    Request.query("SELECT \"v\" FROM /c.*/ WHERE h = 'a\\'b' AND time > now() - 1h GROUP BY time(5m), *; -- end"),
  ].map { Array($0.utf8) }

  private static let words: [[UInt8]] = [
    "\r\n", "\r\n\r\n", "\n", "\0", ":", "chunked", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "%",
    "%00", "../",
    "\u{7f}", "0\r\n\r\n", "ffffffffffffffff", "Connection: close\r\n", " ", "HTTP/1.1", "'", "\"", "/*",
    "(((((((((((((((", "$x",
  ].map { Array($0.utf8) }

  private static func mutated(_ noise: inout SeededGenerator) -> [UInt8] {
    var bytes = seeds.randomElement(using: &noise) ?? []
    for _ in 0..<Int.random(in: 1...6, using: &noise) {
      let at = Int.random(in: 0...bytes.count, using: &noise)
      switch Int.random(in: 0..<6, using: &noise) {
      case 0: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &noise) }
      case 1: bytes.insert(UInt8.random(in: 0...255, using: &noise), at: at)
      case 2: if at < bytes.count { bytes.remove(at: at) }
      case 3: bytes.insert(contentsOf: words.randomElement(using: &noise) ?? [], at: at)
      case 4: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...40, using: &noise)))
      default: bytes += bytes[at...]
      }
    }
    return bytes
  }

  @Test(arguments: 1...4) func livesThroughMutatedRequests(seed: UInt64) throws {
    try Scene.play(settings: { $0.tables["timeouts"] = ["head = \"1s\"", "body_progress = \"1s\""] }) { scene in
      var noise = SeededGenerator(seed: seed)
      for round in 0..<500 {
        let client = try RawClient(scene.gatehouse, tls: false)
        let bytes = Self.mutated(&noise)
        let cut = Int.random(in: 0...bytes.count, using: &noise)
        client.send(Array(bytes[..<cut]), Array(bytes[cut...]))
        client.finishWriting()
        _ = try client.readToEnd()
        guard scene.gatehouse.isRunning else {
          throw HarnessFailure("round \(round) of seed \(seed) ended it: \(bytes)")
        }
      }
      for request in scene.upstream.requests {
        #expect(["/write", "/query"].contains(request.path))
        #expect(request.all("Authorization").count == 1)
        #expect(!request.head.contains("\0"))
      }
      scene.upstream.answer { try $0.obey() }
      try scene.writeMarker()
    }
  }

  @Test func livesThroughNoise() throws {
    try Scene.play { scene in
      var noise = SeededGenerator(seed: 99)
      for round in 0..<300 {
        let client = try RawClient(scene.gatehouse, tls: false)
        client.send(
          (0..<Int.random(in: 1...2_000, using: &noise)).map { _ in UInt8.random(in: 0...255, using: &noise) })
        client.finishWriting()
        _ = try client.readToEnd()
        // The same towards the TLS side: noise instead of a handshake.
        let encrypted = try RawClient(scene.gatehouse, handshakes: false)
        encrypted.send((0..<200).map { _ in UInt8.random(in: 0...255, using: &noise) })
        encrypted.finishWriting()
        _ = try encrypted.readToEnd()
        guard scene.gatehouse.isRunning else { throw HarnessFailure("round \(round)") }
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func refusesTensOfThousandsOfFields() throws {
    try Scene.play { scene in
      for fields in [String(repeating: "a:\r\n", count: 70_000), String(repeating: "a: b\r\n", count: 101)] {
        let client = try scene.connect()
        client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
        #expect(try client.readAnswer().status == 431)
      }
      try scene.expectUntouchedUpstream()
    }
  }

  @Test func refusesParametersAndNestingWithoutEnd() throws {
    try Scene.play { scene in
      let nested = String(repeating: "(", count: 20_000) + "SELECT v FROM cpu" + String(repeating: ")", count: 20_000)
      for statement in ["SELECT v FROM \(nested)", "SELECT \(nested) FROM cpu", "SELECT v FROM cpu WHERE \(nested)"] {
        let answer = try scene.connect().exchange(
          Request.form("db=metrics&q=\(statement.replacing(" ", with: "+"))"))
        #expect([400, 403].contains(answer.status), "\(answer.status)")
      }
      let deep = String(repeating: "[", count: 200_000)
      let answer = try scene.connect().exchange(Request.form("db=metrics&q=SELECT+v+FROM+cpu&params=\(deep)"))
      #expect(answer.status == 400)
      try scene.expectUntouchedUpstream()
    }
  }
}
