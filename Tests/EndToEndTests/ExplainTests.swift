// `gatehouse explain` says before any server what a server would do, and a server does what it says (issue 5, part 8).

import Foundation
import Glibc
import Testing

@Suite struct ExplainTests {
  /// A configuration whose directory a server has kept: metrics (autogen, weekly) and secret (autogen).
  private static func play(_ body: (TemporaryFolder, String) throws -> Void) throws {
    let upstream = try ScriptedUpstream()
    var narrow = Login.vault
    narrow.reads = ["metrics/weekly"]
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.logins = [.reader, .writer, .mallory, .inactive, narrow]
    let gatehouse = try GatehouseProcess(settings)
    gatehouse.stop()
    try body(gatehouse.folder, gatehouse.configuration)
  }

  private static func explain(_ configuration: String, _ arguments: [String]) throws -> (
    status: Int32, object: [String: Any]
  ) {
    let command = try Command.run([try Paths.gatehouse(), "explain", "--config", configuration, "--json"] + arguments)
    let object = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
    return (command.status, try #require(object))
  }

  @Test func saysWhatALoginMay() throws {
    try Self.play { _, configuration in
      for (login, arguments, verdict, status) in [
        ("reader-one", ["--db", "metrics", "SELECT v FROM cpu"], "permit", 0),
        ("reader-one", ["SELECT v FROM metrics..cpu"], "permit", 0),
        ("reader-one", ["--db", "metrics", "SELECT v FROM secret..vault"], "deny", 1),
        ("reader-one", ["--db", "metrics", "SELECT v FROM cpu; SHOW SERIES FROM secret..vault"], "deny", 1),
        ("reader-one", ["--db", "metrics", "SELECT v INTO copy FROM cpu"], "deny", 1),
        ("writer-two", ["--db", "metrics", "SELECT v INTO secret..copy FROM cpu"], "permit", 0),
        ("mallory", ["SHOW DATABASES"], "permit", 0), ("mallory", ["--db", "metrics", "SELECT v FROM cpu"], "deny", 1),
        ("writer-two", ["CREATE DATABASE x"], "deny", 1), ("writer-two", ["SHOW USERS"], "deny", 1),
        ("writer-two", ["CREATE USER x WITH PASSWORD 'canary'"], "deny", 1),
        ("vault-reader", ["--db", "metrics", "SELECT v FROM cpu"], "deny", 1),
        ("vault-reader", ["--db", "metrics", "--rp", "weekly", "SELECT v FROM cpu"], "permit", 0),
        ("vault-reader", ["--db", "metrics", "SELECT v FROM weekly.cpu"], "permit", 0),
        ("vault-reader", ["--db", "metrics", "SHOW SERIES"], "deny", 1),
        ("sleeper", ["--db", "metrics", "SELECT v FROM cpu"], "deny", 1),
        (
          "reader-one", ["--db", "metrics", "--params", #"{"d":{"identifier":"secret"}}"#, "SELECT v FROM $d..m"],
          "deny", 1
        ),
        (
          "reader-one", ["--db", "metrics", "--params", #"{"d":{"identifier":"metrics"}}"#, "SELECT v FROM $d..m"],
          "permit", 0
        ),
        ("reader-one", ["--db", "metrics", "SELECT v FRM cpu"], "refuse", 2), ("reader-one", [""], "refuse", 2),
        ("reader-one", ["--params", "[", "SELECT v FROM metrics..cpu"], "refuse", 2),
        ("writer-two", ["--write", "--db", "metrics"], "permit", 0),
        ("writer-two", ["--write", "--db", "metrics", "--rp", "weekly"], "permit", 0),
        ("reader-one", ["--write", "--db", "metrics"], "deny", 1), ("reader-one", ["--write"], "refuse", 2),
      ] {
        let (ended, object) = try Self.explain(configuration, ["--login", login] + arguments)
        #expect(object["verdict"] as? String == verdict, "\(login) \(arguments): \(object)")
        #expect(ended == Int32(status), "\(login) \(arguments): \(ended)")
        #expect((object["reason"] as? String)?.isEmpty == false)
        #expect(!"\(object)".contains("canary"))
      }
    }
  }

  @Test func namesWhatEachStatementNeeds() throws {
    try Self.play { _, configuration in
      let (status, object) = try Self.explain(
        configuration,
        [
          "--login", "reader-one", "--db", "metrics", "--rp", "weekly",
          "SELECT v FROM cpu, secret..vault; SELECT v INTO autogen.copy FROM metrics.autogen./c.*/; DROP DATABASE metrics",
        ])
      #expect(status == 1 && object["reason"] as? String == "statement 1 requires READ on secret", "\(object)")
      let statements = try #require(object["statements"] as? [[String: Any]])
      #expect(statements.map { $0["kind"] as? String } == ["select", "select", "drop database"])
      #expect(statements.map { $0["changes"] as? Bool } == [false, true, true])
      #expect(statements.map { $0["needsOperator"] as? Bool } == [false, false, true])
      #expect(statements.map { $0["permitted"] as? Bool } == [false, false, false])
      let needs = statements.map { statement in
        (statement["requires"] as? [[String: Any]] ?? []).map { need in
          ["action", "database", "retentionPolicy", "measurement"].map { need[$0] as? String ?? "?" }.joined(
            separator: " ")
        }
      }
      #expect(
        needs == [
          ["read metrics weekly cpu", "read secret weekly vault"],
          ["read metrics autogen /c.*/", "write metrics autogen copy"], [],
        ])
    }
  }

  @Test func deniesALoginThatIsNotThere() throws {
    try Self.play { _, configuration in
      let (status, object) = try Self.explain(
        configuration, ["--login", "nobody", "--db", "metrics", "SELECT v FROM cpu"])
      #expect(status == 1 && object["verdict"] as? String == "deny", "\(object)")
      #expect(object["reason"] as? String == "there is no login nobody")
    }
  }

  @Test func onlyAnalysesWithoutALogin() throws {
    let folder = try TemporaryFolder()
    let text = GatehouseSettings(upstreamPorts: 1).toml(certificate: try Certificate.shared.get())
    let path = try folder.write("gatehouse.toml", text)
    let (status, object) = try Self.explain(path, ["--db", "d", "DELETE FROM m"])
    #expect(status == 0 && object["verdict"] as? String == "permit")
    let statement = try #require((object["statements"] as? [[String: Any]])?.first)
    #expect(statement["permitted"] is NSNull && statement["changes"] as? Bool == true)
    let (refused, why) = try Self.explain(path, ["SELECT v\nFROM cpu WHERE )"])
    #expect(refused == 2 && why["verdict"] as? String == "refuse")
    let position = try #require(why["position"] as? [String: Any])
    #expect(position["line"] as? Int == 2 && (position["character"] as? Int ?? 0) > 10, "\(position)")
    // Nothing was made beside it.
    #expect(!FileManager.default.fileExists(atPath: folder.file("gatehouse.db")))
  }

  @Test func takesUnknownNamesAsWritten() throws {
    let folder = try TemporaryFolder()
    let text = GatehouseSettings(upstreamPorts: 1).toml(certificate: try Certificate.shared.get())
    let path = try folder.write("gatehouse.toml", text)
    #expect(try Self.explain(path, ["--login", "reader-one", "SELECT v FROM metrics.other.cpu"]).status == 0)
    #expect(try Self.explain(path, ["--login", "reader-one", "SELECT v FROM secret..vault"]).status == 1)
  }

  @Test func tellsPeopleWhichPermissionCounts() throws {
    try Self.play { _, configuration in
      func text(_ login: String, _ query: String) throws -> String {
        try Command.run([
          try Paths.gatehouse(), "explain", "--config", configuration, "--login", login, "--db", "metrics", query,
        ]).output
      }
      let granted = try text("reader-one", "SELECT v FROM cpu")
      #expect(granted.contains("reader-one has it by read:") && granted.contains("/buckets/metrics/*"), "\(granted)")
      #expect(!granted.contains("taken"), "\(granted)")
      #expect(try text("mallory", "SELECT v FROM cpu").contains("mallory lacks it"))
    }
  }

  @Test func knowsTheDefaultPolicyThatAServerLastSaw() throws {
    var directory = UpstreamDirectory()
    directory.databases = [("metrics", ["weekly", "autogen"]), ("secret", ["autogen"])]
    let upstream = try ScriptedUpstream(directory: directory)
    var narrow = Login.vault
    narrow.reads = ["metrics/weekly"]
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.logins = [narrow]
    let gatehouse = try GatehouseProcess(settings)
    gatehouse.stop()
    let query = ["--login", "vault-reader", "--db", "metrics"]
    #expect(try Self.explain(gatehouse.configuration, query + ["SELECT v FROM cpu"]).status == 0)
    #expect(try Self.explain(gatehouse.configuration, query + ["SELECT v FROM autogen.cpu"]).status == 1)
  }

  @Test func knowsWhatAServerLastSawOfAnInfluxDB2() throws {
    var directory = UpstreamDirectory()
    directory.influxDB2 = UpstreamDirectory2()
    let upstream = try ScriptedUpstream(directory: directory)
    var narrow = Login.vault
    narrow.reads = ["phys/a"]
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.upstreamToken = "canary-upstream-token-of-the-gateway"
    settings.logins = [narrow]
    let gatehouse = try GatehouseProcess(settings)
    gatehouse.stop()
    let login = ["--login", "vault-reader", "--db"]
    #expect(try Self.explain(gatehouse.configuration, login + ["phys", "SELECT v FROM m"]).status == 0)
    #expect(try Self.explain(gatehouse.configuration, login + ["phys", "SELECT v FROM b.m"]).status == 1)
    #expect(try Self.explain(gatehouse.configuration, login + ["alias", "SELECT v FROM m"]).status == 1)
  }

  @Test func methodCountsWhereMethodsAreStrict() throws {
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: 1)
    settings.tables["policy"] = ["strict_methods = true"]
    let path = try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let query = ["--login", "writer-two", "--db", "metrics", "SELECT v INTO copy FROM cpu"]
    #expect(try Self.explain(path, ["--method", "GET"] + query).status == 1)
    #expect(try Self.explain(path, ["--method", "POST"] + query).status == 0)
  }

  @Test func saysWhatTheLogOfARefusalSays() throws {
    try Scene.play { scene in
      var reasons: [String] = []
      for (login, query, reason) in [
        (Login.reader, "SELECT v FROM cpu; SELECT v FROM secret..vault", "statement 2 requires READ on secret"),
        (.writer, "DROP DATABASE metrics", "statement 1 requires admin privilege"),
        (.reader, "DELETE FROM cpu", "statement 1 requires WRITE on metrics"),
      ] {
        #expect(try scene.connect().exchange(Request.query(query, login: login)).status == 403)
        let object = try Self.explain(
          scene.gatehouse.configuration, ["--login", login.name, "--db", "metrics", query]
        ).object
        #expect(object["reason"] as? String == reason)
        reasons.append(reason)
      }
      // The log is written when it ends, at the latest.
      scene.gatehouse.signal(SIGTERM)
      _ = scene.gatehouse.waitForEnd()
      for reason in reasons { #expect(scene.gatehouse.accessLog.contains(reason)) }
    }
  }

  @Test func saysWhatItTookAsGiven() throws {
    try Self.play { folder, configuration in
      let text = try String(contentsOfFile: configuration, encoding: .utf8)
        .replacing("read = [\"metrics\"]", with: "read = [\"metrics\", \"nosuch\"]")
      try folder.write("gatehouse.toml", text)
      for (arguments, missing) in [
        (["--db", "nosuch", "SELECT v FROM cpu"], "database \"nosuch\""),
        (["--db", "metrics", "--rp", "nope", "SELECT v FROM cpu"], "policy \"nope\" of \"metrics\""),
        (["--db", "metrics", "SHOW SERIES FROM nosuch..m"], "database \"nosuch\""),
      ] {
        for asker in [["--login", "reader-one"], []] {
          let (status, object) = try Self.explain(configuration, asker + arguments)
          let assumptions = object["assumptions"] as? [String] ?? []
          #expect(status == 0 && assumptions.count == 1, "\(object)")
          #expect(assumptions.first?.contains("holds no \(missing)") == true, "\(object)")
        }
      }
      let (_, known) = try Self.explain(
        configuration, ["--login", "reader-one", "--db", "metrics", "SELECT v FROM cpu"])
      #expect((known["assumptions"] as? [String])?.isEmpty == true, "\(known)")
    }
  }

  @Test func permitsNothingToALoginWithoutAPassword() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      _ = try ManagementClient(scene.gatehouse).create("keyless", password: nil, reads: ["metrics"])
      scene.gatehouse.stop()
      let (status, object) = try Self.explain(
        scene.gatehouse.configuration, ["--login", "keyless", "--db", "metrics", "SELECT v FROM cpu"])
      #expect(status == 1 && object["verdict"] as? String == "deny", "\(object)")
      #expect((object["reason"] as? String)?.contains("no password") == true, "\(object)")
    }
  }

  @Test func needsNoKeyAndNoSecret() throws {
    try Self.play { folder, configuration in
      let text = try String(contentsOfFile: configuration, encoding: .utf8)
        .replacing(try Certificate.shared.get().key, with: folder.file("not-mine.key"))
        .replacing("password = \"canary-upstream-8Kd2\"", with: "password = { file = \"not-mine\" }")
      try folder.write("gatehouse.toml", text)
      #expect(try Command.run([try Paths.gatehouse(), "check", "--config", configuration]).status == 1)
      let (status, _) = try Self.explain(
        configuration, ["--login", "reader-one", "--db", "metrics", "SELECT v FROM cpu"])
      #expect(status == 0)
      // Nor do the commands that work on the store.
      for command in [["token", "create", "--permission", "read:buckets/metrics"], ["token", "list"]] {
        #expect(try Command.run([try Paths.gatehouse()] + command + ["--config", configuration]).status == 0)
      }
    }
  }
}
