// A client that leaves while its statement is carried to its end takes its place among the connections with it.

import Foundation
import Testing

@Suite struct LeftClientTests {
  private static let answer = "{\"results\":[{\"statement_id\":0},{\"statement_id\":1}]}\n"

  @Test func givesBackThePlacesOfClientsThatLeftBeforeTheirFilteredAnswer() throws {
    let mayAnswer = DispatchSemaphore(value: 0)
    try Scene.play(
      settings: { $0.tables["limits"] = ["connections = 32"] },
      script: { connection in
        let request = try connection.readRequest()
        guard request.method == "POST", request.path == "/query" else { return connection.answer("204 No Content") }
        mayAnswer.wait()
        connection.answer("200 OK", Self.answer, fields: "Content-Type: application/json\r\n")
      }
    ) { scene in
      for round in 0..<4 {
        let clients = try (0..<12).map { _ in
          let client = try scene.connect()
          client.send(Request.query("SHOW DATABASES; DELETE FROM m", login: .writer, method: "POST"))
          return client
        }
        try scene.upstream.waitForRequests(20 * round + 12)
        for client in clients { client.reset() }
        // Each loop has seen them leave before the answers come.
        for _ in 0..<8 { #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204) }
        for _ in clients { mayAnswer.signal() }
      }
      #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204)
    }
  }
}
