// `gatehouse check` tells what does not fit the machine and the directory, before a server finds out (issue 10, B7 and C7).

import Foundation
import Testing

@Suite struct CheckTests {
  private static func check(_ folder: TemporaryFolder, _ text: String) throws -> (status: Int32, lines: [String]) {
    let path = try folder.write("gatehouse.toml", text)
    let command = try Command.run([try Paths.gatehouse(), "check", "--config", path])
    return (command.status, command.output.split(separator: "\n").map { String($0) })
  }

  @Test func tellsMissingFoldersAndMakesNothing() throws {
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: 1)
    settings.accessLog = "nowhere/access.log"
    settings.tables["log"] = ["audit = \"nowhere/audit.jsonl\""]
    let text = settings.toml(certificate: try Certificate.shared.get())
      .replacing("path = \"gatehouse.db\"", with: "path = \"elsewhere/gatehouse.db\"")
    let (status, lines) = try Self.check(folder, text)
    #expect(status == 1)
    for (key, missing) in [("log.access", "nowhere"), ("log.audit", "nowhere"), ("store.path", "elsewhere")] {
      #expect(
        lines.contains {
          $0.contains(": \(key): ") && $0.hasSuffix("there is no folder \(folder.file(missing)) (problem)")
        },
        "\(key): \(lines)")
    }
    #expect(lines.last?.hasSuffix(": 3 problems, 2 warnings") == true, "\(lines)")
    #expect(!lines.contains { $0.contains("no problems") })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["gatehouse.toml"])

    let good = try Self.check(
      folder,
      settings.toml(certificate: try Certificate.shared.get())
        .replacing("nowhere/", with: ""))
    #expect(good.status == 0 && good.lines.contains { $0.contains("gatehouse.db is not there yet") }, "\(good)")
    #expect(!good.lines.contains { $0.contains("no problems") }, "\(good)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["gatehouse.toml"])
  }

  @Test func tellsCertificatesThatHaveExpiredOrSoonWill() throws {
    let folder = try TemporaryFolder()
    // Valid for two days.
    let certificate = try Certificate()
    let soon = try Self.check(folder, GatehouseSettings(upstreamPorts: 1).toml(certificate: certificate))
    #expect(soon.status == 0)
    #expect(
      soon.lines.contains {
        $0.contains("listener.certificate") && $0.contains(" expires at ") && $0.hasSuffix("(warning)")
      }, "\(soon)")
    _ = try Command.succeed([
      "openssl", "x509", "-in", certificate.certificate, "-signkey", certificate.key, "-days", "-1", "-out",
      folder.file("expired.crt"),
    ])
    let text = GatehouseSettings(upstreamPorts: 1).toml(certificate: certificate)
    let expired = try Self.check(folder, text.replacing(certificate.certificate, with: folder.file("expired.crt")))
    #expect(expired.status == 1)
    #expect(expired.lines.contains { $0.contains("has expired, at ") && $0.hasSuffix("(problem)") }, "\(expired)")
    // And one that the key is not for, which a server does not start with.
    let other = try Self.check(folder, text.replacing(certificate.key, with: try Certificate.shared.get().key))
    #expect(other.status == 1 && other.lines.contains { $0.contains("[[listener]]") }, "\(other)")
  }

  @Test func tellsDatabasesThatTheDirectoryDoesNotHold() throws {
    try Scene.play { scene in
      let command = try scene.gatehouse.command("check")
      #expect(!command.output.contains("does not hold"), "\(command.output)")
      scene.gatehouse.stop()
      var lost = Login.reader
      lost.reads = ["metrics", "metrisc", "metrics/weekly", "metrics/nope"]
      var settings = GatehouseSettings(upstreamPorts: scene.upstream.port)
      settings.logins = [lost]
      settings.sections =
        "[[token]]\nhash = \"ghsha512$8000000000000001$\(String(repeating: "0", count: 32))$"
        + "\(String(repeating: "0", count: 128))\"\npermissions = [\"write:buckets/gone\"]\n"
      let (status, lines) = try Self.check(
        scene.gatehouse.folder, settings.toml(certificate: try Certificate.shared.get()))
      #expect(status == 0)
      let told = lines.filter { $0.contains("which the directory does not hold") }
      #expect(told.count == 3, "\(lines)")
      #expect(
        told.contains { $0.contains("[[authorization]] \"reader-one\": may read database \"metrisc\"") }, "\(told)")
      #expect(told.contains { $0.contains("may read \"metrics/nope\"") }, "\(told)")
      #expect(told.contains { $0.contains("[[token]]: may write database \"gone\"") }, "\(told)")
    }
  }

  @Test func tellsConnectionsAboveTheDescriptors() throws {
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: 1)
    settings.tables["limits"] = ["connections = 900"]
    let path = try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    func check(_ limit: Int) throws -> String {
      try Command.run([
        "sh", "-c", "ulimit -n \(limit); exec \"$0\" check --config \"$1\"", try Paths.gatehouse(), path,
      ])
      .output
    }
    #expect(try check(800).contains("limits.connections: 900 are wanted, 800 descriptors"))
    #expect(try !check(4_096).contains("descriptors"))
  }

  @Test func startNamesEachFileOnceAndInWords() throws {
    let folder = try TemporaryFolder()
    func start(_ table: String, _ key: String, _ path: String) throws -> String {
      var settings = GatehouseSettings(upstreamPorts: 1)
      if table == "log", key == "access" { settings.accessLog = path }
      if key == "audit" { settings.tables[table] = ["audit = \"\(path)\""] }
      var text = settings.toml(certificate: try Certificate.shared.get())
      if table == "store" { text = text.replacing("path = \"gatehouse.db\"", with: "path = \"\(path)\"") }
      let file = try folder.write("gatehouse.toml", text)
      let command = try Command.run([try Paths.gatehouse(), "serve", "--config", file])
      #expect(command.status == 1)
      return command.errors.split(separator: "\n").filter { $0.hasPrefix("gatehouse: ") }.joined(separator: "\n")
    }
    try folder.write("junk", "no database at all")
    for (table, key, path, words) in [
      ("store", "path", "no/s.db", "store PATH: No such file or directory"),
      ("store", "path", "junk", "store PATH: file is not a database (SQLite code 26)"),
      ("log", "access", "no/access", "access log PATH: No such file or directory"),
      ("log", "audit", "no/audit", "audit log PATH: No such file or directory"),
    ] {
      let told = try start(table, key, path)
      let expected = "gatehouse: " + words.replacing("PATH", with: folder.file(path))
      #expect(told == expected)
    }
  }

  @Test func lineEndOfWindowsIsNoPartOfAPasswordFromStandardInput() throws {
    for input in ["canary-crlf-1\r\n", "canary-crlf-1\n", "canary-crlf-1"] {
      let command = try Command.run([try Paths.gatehouse(), "hash-password", "--cost", "4"], input: input)
      #expect(command.status == 0 && command.errors.isEmpty)
      var login = Login(name: "hashed", password: "canary-crlf-1", hash: command.line)
      login.reads = ["metrics"]
      let declared = login
      try Scene.play(settings: { $0.logins = [declared, .writer] }) { scene in
        let answer = try scene.connect().exchange(Request.query("SHOW MEASUREMENTS", login: declared))
        #expect(answer.status == 200)
      }
    }
    let blank = try Command.run([try Paths.gatehouse(), "hash-password", "--cost", "4"], input: "canary-2 \r\n")
    #expect(blank.status == 0 && blank.errors.contains("warning: the password ends with a blank"))
  }
}
