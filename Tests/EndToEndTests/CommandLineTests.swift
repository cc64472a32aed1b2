// The command line as operators and scripts use it.

import Foundation
import Testing

@Suite struct CommandLineTests {
  private static func gatehouse(
    _ arguments: String..., input: String = "", environment: [String: String] = [:]
  ) throws -> Command {
    try Command.run([try Paths.gatehouse()] + arguments, input: input, environment: environment)
  }

  @Test(arguments: [
    ["--help"], ["help"], ["serve", "--help"], ["check", "--help"], ["auth", "--help"], ["auth", "create", "--help"],
    ["auth", "list", "--help"],
    ["auth", "set-active", "--help"], ["auth", "set-inactive", "--help"], ["auth", "set-password", "--help"],
    ["auth", "delete", "--help"],
    ["token", "--help"], ["token", "create", "--help"], ["token", "list", "--help"], ["token", "revoke", "--help"],
    ["token", "hash", "--help"], ["store", "backup", "--help"],
    ["hash-password", "--help"], ["version", "--help"],
  ])
  func helps(arguments: [String]) throws {
    let command = try Command.run([try Paths.gatehouse()] + arguments)
    #expect(command.status == 0)
    #expect(command.output.count > 100, "\(command.output)")
  }

  @Test(arguments: [
    [], ["nonsense"], ["serve"], ["serve", "--config"], ["check", "--config", "a", "b"], ["auth", "create"],
    ["token", "create", "--nonsense"],
    ["auth", "create", "--username", "x", "--password", "y"],
  ])
  func refusesWrongUse(arguments: [String]) throws {
    let command = try Command.run([try Paths.gatehouse()] + arguments)
    #expect(command.status == 2, "\(command.status) \(command.output)\(command.errors)")
    #expect(!command.errors.isEmpty)
  }

  @Test func printsVersionOnOneLine() throws {
    let command = try Self.gatehouse("version")
    #expect(command.status == 0)
    #expect(command.output.split(separator: "\n").count == 1)
  }

  @Test func hashesPasswordFromItsInput() throws {
    let command = try Self.gatehouse("hash-password", "--cost", "4", input: "canary-hash-1\n")
    #expect(command.status == 0)
    #expect(command.line.hasPrefix("$2b$04$") && command.line.count == 60)
    #expect(!(command.output + command.errors).contains("canary-hash-1"))
    // The hash lets its password in.
    var login = Login(name: "hashed", password: "canary-hash-1", hash: command.line)
    login.reads = ["metrics"]
    let declared = login
    try Scene.play(settings: { $0.logins = [declared, .writer] }) { scene in
      let answer = try scene.connect().exchange(Request.query("SHOW MEASUREMENTS", login: declared))
      #expect(answer.status == 200)
    }
  }

  @Test func checkNamesEveryProblemWithItsPlace() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "bad.toml",
      """
      [[listener]]
      address = "nowhere"
      plaintext = true

      [upstream]
      dialect = "influxdb-9"
      members = []
      nonsense = 1
      """)
    let command = try Self.gatehouse("check", "--config", path)
    #expect(command.status == 1)
    let lines = (command.output + command.errors).split(separator: "\n")
    for line in [2, 6, 8] {
      #expect(lines.contains { $0.contains("bad.toml:\(line):") }, "\(command.output)\(command.errors)")
    }
    let missing = try Self.gatehouse("check", "--config", folder.file("missing.toml"))
    #expect(missing.status == 1)
    #expect(try Self.gatehouse("serve", "--config", path).status != 0)
  }

  @Test func checkIsContentWithGoodFile() throws {
    let folder = try TemporaryFolder()
    let settings = GatehouseSettings(upstreamPorts: 1)
    let path = try folder.write("good.toml", settings.toml(certificate: try Certificate.shared.get()))
    let command = try Self.gatehouse("check", "--config", path)
    #expect(command.status == 0, "\(command.output)\(command.errors)")
    for login in settings.logins {
      for secret in login.secrets { #expect(!(command.output + command.errors).contains(secret)) }
    }
  }

  @Test func refusesKeyThatOthersMayRead() throws {
    let folder = try TemporaryFolder()
    let certificate = try Certificate()
    _ = try Command.succeed(["chmod", "644", certificate.key])
    let path = try folder.write("open.toml", GatehouseSettings(upstreamPorts: 1).toml(certificate: certificate))
    for subcommand in ["check", "serve"] {
      let command = try Self.gatehouse(subcommand, "--config", path)
      #expect(command.status == 1, "\(subcommand): \(command.status) \(command.errors)")
    }
  }

  @Test func managesLoginsOverTheAPI() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      func auth(_ arguments: String..., input: String = "") throws -> Command {
        try Command.run(
          [try Paths.gatehouse(), "auth"] + arguments + [
            "--host", "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
          ],
          input: input, environment: ["GATEHOUSE_TOKEN": scene.gatehouse.token])
      }
      let login = Login(name: "edge-7", password: "canary-edge-7", hash: "")
      scene.gatehouse.addCanary(login.password)
      let created = try auth(
        "create", "--username", "edge-7", "--read", "metrics", "--write", "metrics/autogen", input: "canary-edge-7\n")
      #expect(created.status == 0, "\(created.output)\(created.errors)")
      let client = try scene.connect()
      #expect(try client.exchange(Request.query("SHOW MEASUREMENTS", login: login)).status == 200)
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 204)
      #expect(try client.exchange(Request.write("cpu v=1", database: "metrics&rp=weekly", login: login)).status == 403)
      // As of a variable that is not set: neither the first login nor every one.
      for command in [["delete"], ["set-inactive"], ["list"]] {
        for option in ["--username", "--id"] { #expect(try auth(command[0], option, "").status == 2) }
      }
      #expect(try auth("set-password", "--username", "", input: "canary-edge-8\n").status == 2)
      let list = try auth("list")
      #expect(list.status == 0 && list.output.contains("edge-7"))
      #expect(try auth("set-inactive", "--username", "edge-7").status == 0)
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 401)
      #expect(try auth("set-active", "--username", "edge-7").status == 0)
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 204)
      #expect(try auth("set-password", "--username", "edge-7", input: "canary-edge-8\n").status == 0)
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 401)
      #expect(try auth("delete", "--username", "edge-7").status == 0)
      #expect(try auth("delete", "--username", "edge-7").status != 0)
      for command in [created, list] { #expect(!(command.output + command.errors).contains("canary")) }
      let file = try scene.gatehouse.folder.write("token", scene.gatehouse.token + "\n")
      let byFile = try Command.run([
        try Paths.gatehouse(), "auth", "list", "--token-file", file, "--host",
        "https://localhost:\(scene.gatehouse.port)", "--ca",
        try Certificate.shared.get().certificate,
      ])
      #expect(byFile.status == 0, "\(byFile.errors)")
      let untrusted = try Command.run(
        [try Paths.gatehouse(), "auth", "list", "--host", "https://localhost:\(scene.gatehouse.port)"],
        environment: ["GATEHOUSE_TOKEN": scene.gatehouse.token])
      #expect(untrusted.status != 0)
    }
  }

  @Test func databasesThatAreNotThereAreToldUnlessTheyMayBeMissing() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      func create(_ name: String, _ arguments: String...) throws -> Command {
        try Command.run(
          [try Paths.gatehouse(), "auth", "create", "--username", name, "--no-password"] + arguments + [
            "--host", "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
          ], environment: ["GATEHOUSE_TOKEN": scene.gatehouse.token])
      }
      for (place, missing) in [("nope", "database \"nope\" not found"), ("metrics/nosuch", "bucket not found")] {
        let refused = try create("early", "--read", "metrics", "--write", place)
        #expect(refused.status == 1 && refused.errors.contains("404: \(missing)"), "\(refused.errors)")
        #expect(refused.errors.contains("--allow-missing"), "\(refused.errors)")
      }
      let made = try create(
        "early", "--read", "metrics", "--write", "nope", "--write", "metrics/nosuch", "--allow-missing")
      #expect(made.status == 0 && made.output.contains("metrics/nosuch"), "\(made.output)\(made.errors)")
      #expect(try create("late", "--write", "metrics", "--write", "metrics/autogen").status == 0)
      // Every other refusal is as it was.
      #expect(try !create("late", "--write", "metrics").errors.contains("--allow-missing"))
    }
  }

  @Test func makesTokensThatMayLess() throws {
    let upstream = try ScriptedUpstream()
    let folder = try TemporaryFolder()
    let settings = GatehouseSettings(upstreamPorts: upstream.port)
    let path = try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let created = try Self.gatehouse(
      "token", "create", "--config", path, "--permission", "read:authorizations", "--permission",
      "read:buckets/metrics/autogen", "--description", "narrow")
    #expect(created.status == 0, "\(created.output)\(created.errors)")
    let token = created.line
    #expect(!token.isEmpty && !token.contains("\n"))
    let gatehouse = try GatehouseProcess(settings, in: folder, token: token)
    gatehouse.addCanary(token)
    let client = try RawClient(gatehouse)
    let field = "Authorization: Token \(token)\r\n"
    #expect(try client.exchange(Request.query("SELECT v FROM cpu", login: nil, fields: field)).status == 200)
    #expect(
      try client.exchange(Request.query("SELECT v FROM vault", database: "secret", login: nil, fields: field)).status
        == 403)
    #expect(
      try client.exchange("POST /write?db=metrics HTTP/1.1\r\nHost: x\r\n\(field)Content-Length: 7\r\n\r\ncpu v=1")
        .status == 403)
    #expect(
      try client.exchange("DELETE /private/legacy/authorizations/0000000000000001 HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
        .status != 204)
    gatehouse.stop()
  }
}
