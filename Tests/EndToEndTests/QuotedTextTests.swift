// Refusals do not multiply what was sent, and long answers leave as their client takes them.

import Foundation
import Testing

@Suite struct QuotedTextTests {
  /// The same length in gzip as a few kilobytes.
  private static func form(_ statement: [UInt8], login: Login = .reader) -> [[UInt8]] {
    let body = Array("db=metrics&q=".utf8) + statement
    return [
      Array(
        ("POST /query HTTP/1.1\r\nHost: localhost\r\n\(login.basic)Content-Type: application/x-www-form-urlencoded\r\n"
          + "Content-Length: \(body.count)\r\n\r\n").utf8), body,
    ]
  }

  @Test func boundsWhatARefusalQuotes() throws {
    try Scene.play { scene in
      let filling = [UInt8](repeating: 1, count: 500_000)
      let quotes = Array(repeatElement(Array("\\\\".utf8), count: 250_000).joined())
      for text in [filling, quotes] {
        for (before, after) in [
          ("SELECT v FROM \"", "\""), ("SELECT v FROM secret..\"", "\""), ("CREATE DATABASE \"", "\""),
          ("CREATE USER \"", "\" WITH PASSWORD 'x'"), ("SHOW TAG KEYS ON \"", "\""), ("DROP MEASUREMENT \"", "\""),
          ("SELECT v FROM \"", "\".a.b"), ("SELECT '", "' FROM secret..cpu"), ("'", "'"),
        ] {
          for login in [Login.reader, .mallory] {
            let client = try scene.connect(tls: false)
            client.send(pieces: Self.form(Array(before.utf8) + text + Array(after.utf8), login: login))
            let answer = try client.readAnswer()
            if answer.status == 200, !answer.text.contains("\"error\"") { continue }
            #expect(answer.body.count < 4_096, "\(before): \(answer.body.count) bytes")
            #expect((answer["X-Influxdb-Error"] ?? "").utf8.count <= 1_024)
            #expect((try? JSONSerialization.jsonObject(with: Data(answer.body))) != nil, "\(answer.text.suffix(100))")
          }
        }
      }
      for line in scene.gatehouse.accessLines { #expect(line.utf8.count < 32_768) }
    }
  }

  @Test func boundsWhatTheManagementAPIQuotes() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      for name in [String(repeating: "\u{1}", count: 100_000), String(repeating: "x", count: 400_000)] {
        let resource = ["type": "buckets", "orgID": management.organization, "name": name]
        let permissions: [[String: Any]] = [["action": "read", "resource": resource]]
        let answer = try management.call(
          "POST", "", ["orgID": management.organization, "token": "quoted", "permissions": permissions])
        #expect((400..<500).contains(answer.status) && answer.body.count < 4_096, "\(answer.body.count) bytes")
      }
    }
  }

  /// What it says comes after what it quotes.
  @Test func saysWhatIsMissingAfterALongStatement() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(pieces: Self.form(Array("SELECT v FROM secret..\"\(String(repeating: "x", count: 100_000))\"".utf8)))
      let answer = try client.readAnswer()
      #expect(answer.status == 403 && answer.text.contains("requires READ on secret"), "\(answer.text.suffix(200))")
    }
  }

  /// A client that takes nothing holds no more of an answer of ours than a piece.
  @Test func keepsLongAnswersInPieces() throws {
    var directory = UpstreamDirectory()
    let name = String(repeating: "long", count: 40)
    directory.databases = (0..<150).map { ("\(name)-\($0)", ["autogen"]) }
    var reader = Login.reader
    reader.reads = directory.databases.map(\.name)
    try Scene.play(directory: directory, settings: { [reader] in $0.logins = [reader] }) { scene in
      let whole = try scene.connect().exchange(Request.query("SHOW DATABASES"))
      #expect(whole.status == 200)
      #expect(whole.body.count > 20_000)
      #expect((try? JSONSerialization.jsonObject(with: Data(whole.body))) != nil)
      // The next request of the connection finds its place behind it.
      let client = try scene.connect()
      client.send(Request.query("SHOW DATABASES") + Request.query("SHOW DATABASES"))
      for _ in 0..<2 { #expect(try client.readAnswer().body == whole.body) }
    }
  }
}
