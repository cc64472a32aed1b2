// What the command line writes down: tokens in files of their own, and copies of the store (issue 10, B11 and B12).

import Foundation
import Glibc
import Testing

@Suite struct SecretFileTests {
  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  @Test func tokenGoesIntoAFileThatNobodyElseMayRead() throws {
    try Scene.play { scene in
      let path = scene.gatehouse.folder.file("operator-token")
      let created = try scene.gatehouse.command("token", "create", "--operator", "--out", path)
      #expect(created.status == 0 && created.output.isEmpty, "\(created.output)\(created.errors)")
      #expect(Self.mode(path) == 0o600)
      let token = try String(contentsOfFile: path, encoding: .utf8)
      scene.gatehouse.addCanary(token.trimmingCharacters(in: .newlines))
      #expect(token.hasPrefix("gh") && token.hasSuffix("\n"))
      let list = try Command.run([
        try Paths.gatehouse(), "auth", "list", "--token-file", path, "--host",
        "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
      ])
      #expect(list.status == 0 && list.errors.isEmpty, "\(list.errors)")
      // What is there is left alone, and no token is made that nobody has.
      let before = try scene.gatehouse.command("token", "list").output
      for command in [["token", "create", "--operator"], ["token", "create", "--permission", "read:orgs"]] {
        #expect(try scene.gatehouse.command(arguments: command + ["--out", path]).status == 1)
        #expect(try scene.gatehouse.command(arguments: command + ["--out", "/nowhere/token"]).status == 1)
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == token)
      #expect(try scene.gatehouse.command("token", "list").output == before)
    }
  }

  @Test func hashedTokenGoesIntoAFileToo() throws {
    let folder = try TemporaryFolder()
    let command = try Command.run([try Paths.gatehouse(), "token", "hash", "--out", folder.file("token")])
    #expect(command.status == 0 && command.line.hasPrefix("ghsha512$") && !command.line.contains("\n"))
    #expect(Self.mode(folder.file("token")) == 0o600)
    #expect(try String(contentsOfFile: folder.file("token"), encoding: .utf8).hasPrefix("gh"))
  }

  /// Word for word: the line of the help that begins with its first option.
  @Test func recipeOfTheHelpMakesATokenThatMakesLogins() throws {
    try Scene.play { scene in
      let help = try Command.run([try Paths.gatehouse(), "token", "create", "--help"]).output
      let recipe = try #require(help.split(separator: "\n").first { $0.contains("--permission write:authorizations") })
      let options = recipe.split(separator: " ").map { String($0) } + ["--permission", "read:buckets/metrics"]
      let token = try scene.gatehouse.command(arguments: ["token", "create"] + options).line
      scene.gatehouse.addCanary(token)
      let created = try Command.run(
        [
          try Paths.gatehouse(), "auth", "create", "--username", "made", "--read", "metrics", "--host",
          "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
        ], input: "canary-recipe-1\n", environment: ["GATEHOUSE_TOKEN": token])
      #expect(created.status == 0, "\(created.errors)")
    }
  }

  @Test func backsUpTheStoreOfARunningServer() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let id = try ManagementClient(scene.gatehouse).create("kept", password: nil, reads: ["metrics"])
      let backup = scene.gatehouse.folder.file("backup.db")
      let made = try scene.gatehouse.command("store", "backup", backup)
      #expect(made.status == 0, "\(made.errors)")
      #expect(Self.mode(backup) == 0o600)
      #expect(try scene.gatehouse.command("store", "backup", backup).status == 1)
      #expect(try scene.gatehouse.command("store", "backup").status == 2)
      _ = try ManagementClient(scene.gatehouse).call("DELETE", "/\(id)")
      // A server that begins with the backup has what was deleted since.
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(atPath: backup, toPath: folder.file("gatehouse.db"))
      let other = try GatehouseProcess(
        GatehouseSettings(upstreamPorts: scene.upstream.port), in: folder, token: scene.gatehouse.token)
      let logins = try ManagementClient(other).list()
      #expect("\(logins)".contains("kept"), "\(logins)")
      other.stop()
    }
  }

  /// Whoever copies the one file that the configuration names has everything once nothing changes any more.
  @Test func fileOfAnIdleServerIsWhole() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      _ = try ManagementClient(scene.gatehouse).create("kept-in-file", password: nil, reads: ["metrics"])
      let store = URL(fileURLWithPath: scene.gatehouse.folder.file("gatehouse.db"))
      let name = Data("kept-in-file".utf8)
      var isWhole = false
      for _ in 0..<2_000 where !isWhole {
        isWhole = try Data(contentsOf: store).range(of: name) != nil
        usleep(5_000)
      }
      #expect(isWhole)
    }
  }

  @Test func tellsItsVersionAsProgramsAreAsked() throws {
    let asked = try Command.run([try Paths.gatehouse(), "--version"])
    #expect(asked.status == 0)
    #expect(asked.output == (try Command.run([try Paths.gatehouse(), "version"])).output)
  }

  /// One line end of whatever kind is no part of it.
  @Test func tokenEndsBeforeALineEndWhereverItIsRead() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let options = [
        "auth", "list", "--host", "https://localhost:\(scene.gatehouse.port)", "--ca",
        try Certificate.shared.get().certificate,
      ]
      for end in ["", "\n", "\r\n"] {
        let text = scene.gatehouse.token + end
        let variable = try Command.run([try Paths.gatehouse()] + options, environment: ["GATEHOUSE_TOKEN": text])
        #expect(variable.status == 0, "\(variable.errors)")
        let file = try scene.gatehouse.folder.write("token", text)
        #expect(try Command.run([try Paths.gatehouse()] + options + ["--token-file", file]).status == 0)
      }
    }
  }
}
