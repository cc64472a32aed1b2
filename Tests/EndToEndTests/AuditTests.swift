// The audit log of a running server and of the command line beside it.

import Foundation
import Glibc
import Testing

@Suite struct AuditTests {
  private static func play(_ body: (Scene, _ path: String) throws -> Void) throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.tables["log"] = ["audit = \"audit.jsonl\""]
    }) { scene in try body(scene, scene.gatehouse.folder.file("audit.jsonl")) }
  }

  private static func lines(_ path: String) throws -> [[String: Any]] {
    GatehouseProcess.jsonLines(try String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func saysWhoChangedWhatFromWhere() throws {
    try Self.play { scene, path in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("audited", password: "canary-audit-1", reads: ["metrics"])
      #expect(try management.call("DELETE", "/0000000000000007").status == 404)
      try management.delete(id)
      let lines = try Self.lines(path)
      let operations = lines.compactMap { $0["operation"] as? String }
      // The first is that of the command line, which made the token.
      #expect(operations == ["create", "create", "set-password", "delete", "delete"])
      #expect((lines.first?["caller"] as? String)?.hasPrefix("uid:") == true)
      #expect(lines.last { $0["event"] as? String == "change" }?["source"] as? String == "127.0.0.1")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      for secret in ["canary-audit-1", scene.gatehouse.token, "$2b$"] { #expect(!text.contains(secret)) }
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func goesOnInANewFileAfterARotation() throws {
    try Self.play { scene, path in
      let management = try ManagementClient(scene.gatehouse)
      rename(path, path + ".1")
      scene.gatehouse.signal(SIGUSR1)
      var rounds = 0
      while access(path, F_OK) != 0, rounds < 2_000 {
        usleep(5_000)
        rounds += 1
      }
      _ = try management.create("later", password: nil, reads: ["metrics"])
      #expect(try Self.lines(path).map { $0["event"] as? String } == ["change", "done"])
      #expect(try Self.lines(path + ".1").count == 2)
    }
  }

  @Test func refusesEveryChangeThatItCannotWriteDown() throws {
    try Self.play { scene, path in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("kept", password: nil, reads: ["metrics"])
      unlink(path)
      mkdir(path, 0o700)
      #expect(try management.call("DELETE", "/\(id)").status == 503)
      #expect(try management.list()["kept"] != nil)
      let command = try scene.gatehouse.command("token", "create", "--operator")
      #expect(command.status == 1 && command.output.isEmpty)
      rmdir(path)
      try management.delete(id)
    }
  }
}
