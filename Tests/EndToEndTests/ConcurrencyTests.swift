// Many clients at once: each gets its own answer, whatever the others do (B1, row 13).

import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
  /// Answers each query with the statement that it got, in a form and size that depend on it.
  private static let echo: ScriptedUpstream.Script = { connection in
    let request = try connection.readRequest()
    guard request.path == "/query" else { return connection.answer("204 No Content") }
    let text = request.parameter("q").first ?? ""
    let body = String(repeating: text + "\n", count: 1 + text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xff })
    switch text.utf8.count % 3 {
    case 0: connection.answer("200 OK", body)
    case 1:
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for line in body.split(separator: "\n") {
        connection.send("\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n")
      }
      connection.send("0\r\n\r\n")
    default:
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)")
      connection.close()
    }
  }

  @Test func givesEachClientItsOwnAnswer() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["upstream_connections = 4"] }, script: Self.echo) { scene in
      let wrong = Awaited<[String]>([])
      let threads = (0..<12).map { worker in
        Background.start { [gatehouse = scene.gatehouse] in
          do {
            var client = try RawClient(gatehouse, tls: worker % 2 == 0)
            for round in 0..<150 {
              let mark = "w\(worker)r\(round)" + String(repeating: "x", count: round % 7)
              client.send(Request.query("SELECT \(mark) FROM cpu"))
              // Some leave in the middle of their answer, some before it.
              if round % 11 == 5 {
                if worker % 3 == 0 { _ = try client.readHead() }
                worker % 2 == 0 ? client.reset() : client.closeNow()
                client = try RawClient(gatehouse, tls: worker % 2 == 0)
                continue
              }
              let answer = try client.readAnswer()
              let isOwn =
                answer.status == 200 && answer.text.hasPrefix("SELECT \(mark) FROM cpu")
                && !answer.text.replacing("SELECT \(mark) FROM cpu", with: "").contains("S")
              if !isOwn { wrong.change { $0.append("\(mark): \(answer.status) \(answer.text.prefix(100))") } }
            }
          } catch { wrong.change { $0.append("\(worker): \(error)") } }
        }
      }
      for thread in threads { #expect(thread.join()) }
      #expect(wrong.current.isEmpty, "\(wrong.current.count): \(wrong.current.prefix(3))")
    }
  }

  @Test func answersTenThousandPipelinedRequestsInOrder() throws {
    try Scene.play { scene in
      let client = try scene.connect(tls: false)
      let count = 10_000
      let requests = (0..<count).map { number in
        switch number % 3 {
        case 0: "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
        case 1: Request.write("cpu v=\(number)")
        default: "GET /nowhere\(number) HTTP/1.1\r\nHost: x\r\n\r\n"
        }
      }
      let sender = Background.start { [box = SendBox(client)] in
        for start in stride(from: 0, to: count, by: 100) { box.send(requests[start..<start + 100].joined()) }
      }
      for index in 0..<count {
        let answer = try client.readAnswer()
        #expect(answer.status == (index % 3 == 2 ? 404 : 204), "\(index): \(answer.status) \(answer.text)")
        if answer.status != (index % 3 == 2 ? 404 : 204) { break }
      }
      sender.join()
      #expect(scene.upstream.completed.map(\.text) == (0..<count).filter { $0 % 3 == 1 }.map { "cpu v=\($0)" })
      try scene.gatehouse.expectMemory(within: 64 * 1024)
    }
  }

  @Test func waitsForFreeUpstreamConnection() throws {
    let goOn = Awaited(false)
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      if request.text.contains("slow") { _ = goOn.wait { $0 } }
      connection.answer("204 No Content")
    }
    try Scene.play(settings: { $0.tables["limits"] = ["upstream_connections = 1"] }, script: script) { scene in
      let clients = try (0..<20).map { _ in try scene.connect() }
      for (index, client) in clients.enumerated() { client.send(Request.write("slow v=\(index)")) }
      // One of each event loop has reached the upstream by now; two leave while they wait.
      try scene.upstream.waitForRequests(1)
      clients[18].reset()
      clients[19].closeNow()
      goOn.change { $0 = true }
      for client in clients[..<18] { #expect(try client.readAnswer().status == 204) }
      #expect(Set(scene.upstream.completed.map(\.text)).count == scene.upstream.completed.count)
      #expect(scene.upstream.connections.count <= Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 2)
    }
  }

  @Test func survivesClientsThatLeaveAtAnyMoment() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      var noise = SeededGenerator(seed: 3)
      let requests = [
        Request.write("cpu v=1"), Request.chunkedWrite("cpu", " v=1"), Request.query("SHOW MEASUREMENTS"),
        Request.query("SHOW MEASUREMENTS", login: nil, fields: "Authorization: Basic eDp5\r\n"),
        Request.write("cpu v=1", database: "nope"),
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n",
        Request.write(String(repeating: "cpu v=1\n", count: 20_000)),
      ].map { Array($0.utf8) }
      let context = try ClientContext()
      for round in 0..<700 {
        let client = try RawClient(scene.gatehouse, tls: round % 4 == 0, context: context)
        let bytes = requests[round % requests.count]
        client.send(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &noise))))
        if round % 3 == 0 { client.send(bytes) }
        round % 2 == 0 ? client.reset() : client.closeNow()
        guard scene.gatehouse.isRunning else { throw HarnessFailure("round \(round) ended it") }
      }
      scene.upstream.answer { try $0.obey() }
      try scene.writeMarker()
    }
  }
}

/// Lets a second thread send on a connection whose answers the first one reads.
///
/// Only plaintext connections: their reads and writes touch nothing in common.
private struct SendBox: Sendable {
  private let descriptor: Int32

  init(_ client: RawClient) { descriptor = client.descriptor }

  func send(_ text: String) { sendAll(Array(text.utf8), on: descriptor) }
}
