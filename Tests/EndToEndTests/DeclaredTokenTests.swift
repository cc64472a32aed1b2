// API tokens that stand in the file, as a fleet kept in git has them.

import Foundation
import Testing

@Suite struct DeclaredTokenTests {
  private struct Made {
    let text: String
    let hash: String
  }

  private static func make() throws -> Made {
    let command = try Command.succeed([try Paths.gatehouse(), "token", "hash"])
    let lines = command.output.split(separator: "\n").map(String.init)
    guard lines.count == 2 else { throw HarnessFailure("token hash: \(command.output.count) bytes") }
    return Made(text: lines[0], hash: lines[1])
  }

  private static func status(_ scene: Scene, _ token: String, _ method: String = "GET") throws -> Int {
    try scene.connect().exchange(
      "\(method) /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n\r\n"
    ).status
  }

  @Test func letsInWhatTheFileDeclaresAndNothingElse() throws {
    let (known, scoped, unknown) = (try Self.make(), try Self.make(), try Self.make())
    try Scene.play(settings: {
      // A table of its own that happens to be an array: its keys come after this line.
      $0.tables["[token]"] = [
        "hash = \"\(known.hash)\"", "operator = true", "[[token]]", "hash = \"\(scoped.hash)\"",
        "permissions = [\"write:buckets/metrics\"]",
      ]
    }) { scene in
      for token in [known, scoped] { scene.gatehouse.addCanary(token.text) }
      #expect(try Self.status(scene, known.text) == 200)
      #expect(try Self.status(scene, unknown.text) == 401)
      #expect(try Self.status(scene, known.hash) == 401)
      // On the data path within its permissions.
      let write = "POST /write?db=metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scoped.text)\r\n"
      let body = "Content-Length: 7\r\n\r\ncpu v=1"
      #expect(try scene.connect().exchange(write + body).status == 204)
      #expect(try scene.connect().exchange(write.replacing("metrics", with: "secret") + body).status == 403)
      let list = try scene.gatehouse.command("token", "list")
      #expect(list.status == 0 && list.output.split(separator: "\n").filter { $0.contains("  file  ") }.count == 2)
      let id = String(known.text.dropFirst(2).prefix(16))
      for command in ["set-inactive", "revoke"] {
        let refused = try scene.gatehouse.command("token", command, id)
        #expect(refused.status == 1 && refused.errors.contains("declared in the configuration file"))
      }
      #expect(try Self.status(scene, known.text) == 200)
    }
  }
}
