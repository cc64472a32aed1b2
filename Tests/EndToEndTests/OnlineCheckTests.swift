// `gatehouse check --online` says whom the upstream lets in and what gatehouse's credentials can do there.

import Foundation
import Glibc
import Testing

@Suite struct OnlineCheckTests {
  private static let operatorPassword = "canary-operator-5Tq9"
  private static let token = "canary-upstream-token-of-the-gateway"

  private static func check(
    _ settings: GatehouseSettings, _ change: (String) -> String = { $0 }
  ) throws -> (status: Int32, text: String) {
    let folder = try TemporaryFolder()
    let path = try folder.write("gatehouse.toml", change(settings.toml(certificate: try Certificate.shared.get())))
    let command = try Command.run([try Paths.gatehouse(), "check", "--config", path, "--online"])
    #expect(!(command.output + command.errors).contains("canary"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("gatehouse.db")))
    return (command.status, command.output + command.errors)
  }

  @Test func tellsAnAdministratorFromAUser() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    var settings = GatehouseSettings(upstreamPorts: influxd.port)
    settings.upstreamPassword = InfluxdServer.password
    let alone = try Self.check(settings)
    #expect(alone.status == 0, "\(alone.text)")
    #expect(alone.text.contains("version 1.6.7") && alone.text.contains("refuses requests without a credential"))
    #expect(alone.text.contains("[upstream]: logs in, an administrator, sees 2 databases"), "\(alone.text)")
    #expect(alone.text.hasSuffix("gatehouse.toml: 2 warnings\n"), "\(alone.text)")

    try influxd.query("CREATE USER everyday WITH PASSWORD '\(Self.operatorPassword)'")
    try influxd.query("GRANT ALL ON metrics TO everyday")
    settings.upstreamPassword = Self.operatorPassword
    func everyday(_ text: String) -> String {
      text.replacing("username = \"gatehouse\"\npassword", with: "username = \"everyday\"\npassword")
    }
    settings.tables["upstream.operator"] = ["password = \"\(InfluxdServer.password)\"", "username = \"gatehouse\""]
    let apart = try Self.check(settings, everyday)
    #expect(apart.status == 0, "\(apart.text)")
    #expect(apart.text.contains("[upstream]: logs in, no administrator, sees 1 database\n"), "\(apart.text)")
    #expect(apart.text.contains("[upstream.operator]: logs in, an administrator, sees 2 databases"))

    settings.tables["upstream.operator"] = ["username = \"everyday\"", "password = \"\(Self.operatorPassword)\""]
    let weak = try Self.check(settings, everyday)
    #expect(weak.status == 1 && weak.text.contains("takes an administrator (problem)"), "\(weak.text)")

    settings.tables["upstream.operator"] = ["password = \"canary-wrong\"", "username = \"gatehouse\""]
    let wrong = try Self.check(settings, everyday)
    #expect(wrong.status == 1 && wrong.text.contains("[upstream.operator]: does not log in (401) (problem)"))
    #expect(!wrong.text.contains("no problems"))
  }

  /// Issue 10, A1: they go on whatever became of their makers.
  @Test func listsContinuousQueriesThatTouchAnotherDatabase() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    for (name, into, from) in [
      ("own", "metrics.autogen.x", "metrics.autogen.cpu"),
      ("\"in\\\"ward\"", "metrics.autogen.x", "secret.autogen.vault"),
      ("outward", "secret.autogen.x", "metrics.autogen.cpu"),
      ("broken", "metrics.autogen.x", "metrics.autogen.cpu WHERE \"a b\"(v) = 1"),
    ] {
      try influxd.query(
        "CREATE CONTINUOUS QUERY \(name) ON metrics BEGIN SELECT mean(v) INTO \(into) FROM \(from) GROUP BY time(1m) END"
      )
    }
    var settings = GatehouseSettings(upstreamPorts: influxd.port)
    settings.upstreamPassword = InfluxdServer.password
    let found = try Self.check(settings)
    #expect(found.status == 0)
    for line in [
      #"continuous query "in\"ward" on "metrics" touches another database: "secret" (warning)"#,
      #"continuous query "outward" on "metrics" touches another database: "secret" (warning)"#,
      #"continuous query "broken" on "metrics" cannot be read: what it touches is not known (warning)"#,
    ] { #expect(found.text.contains(line), "\(found.text)") }
    #expect(!found.text.contains("\"own\""), "\(found.text)")
  }

  @Test func warnsOfTwoAdministrators() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    var settings = GatehouseSettings(upstreamPorts: influxd.port)
    settings.upstreamPassword = InfluxdServer.password
    settings.tables["upstream.operator"] = ["username = \"gatehouse\"", "password = \"\(InfluxdServer.password)\""]
    let both = try Self.check(settings)
    #expect(both.status == 0 && both.text.contains("[upstream]: is an administrator too"), "\(both.text)")
  }

  @Test func findsAnOpenUpstream() throws {
    let influxd = try InfluxdServer(authenticates: false)
    defer { influxd.stop() }
    var settings = GatehouseSettings(upstreamPorts: influxd.port)
    settings.upstreamPassword = InfluxdServer.password
    let open = try Self.check(settings)
    #expect(open.status == 1, "\(open.text)")
    #expect(open.text.contains("lets in GET /query without a credential (200): turn its authentication on (problem)"))
    #expect(open.text.contains("lets in POST /write without a credential"))
  }

  @Test func findsAnUpstreamWithoutUsers() throws {
    let influxd = try InfluxdServer(hasUser: false)
    defer { influxd.stop() }
    let bare = try Self.check(GatehouseSettings(upstreamPorts: influxd.port))
    #expect(bare.status == 1 && bare.text.contains("has no administrator yet"), "\(bare.text)")
  }

  @Test func readsTheDirectoryOfAnInfluxDB2() throws {
    var directory = UpstreamDirectory()
    directory.influxDB2 = UpstreamDirectory2()
    directory.influxDB2?.authorization = "Token \(Self.token)"
    let refusing: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer("401 Unauthorized", "{}")
    }
    let upstream = try ScriptedUpstream(directory: directory, script: refusing)
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.logins = []
    settings.upstreamToken = Self.token
    let good = try Self.check(settings)
    #expect(good.status == 0, "\(good.text)")
    #expect(good.text.contains("refuses requests without a credential"))
    #expect(
      good.text.contains("sees 1 organization, at least 100 buckets, 3 mappings, 1 user"), "\(good.text)")
    settings.upstreamToken = "canary-another-token"
    let bad = try Self.check(settings)
    #expect(bad.status == 1 && bad.text.contains("[upstream]: does not log in (401) (problem)"), "\(bad.text)")

    directory.influxDB2?.authorization = nil
    upstream.setDirectory(directory)
    let open = try Self.check(settings)
    #expect(open.status == 1 && open.text.contains("lets in GET /api/v2/buckets without a credential"), "\(open.text)")
  }

  @Test func namesAnotherKindOfServer() throws {
    for (version, major) in [("3.6.0", "3"), ("v2.9.1", "2")] {
      var directory = UpstreamDirectory()
      directory.answersPing = false
      let upstream = try ScriptedUpstream(
        directory: directory,
        script: { connection in
          // An InfluxDB 3 tells nobody without a credential even that.
          let isKnown = try connection.readRequest()["Authorization"] != nil || major == "2"
          connection.answer(
            isKnown ? "200 OK" : "401 Unauthorized", "{}", version: isKnown ? version : nil)
        })
      let found = try Self.check(GatehouseSettings(upstreamPorts: upstream.port))
      #expect(found.status == 1, "\(found.text)")
      #expect(found.text.contains("is an InfluxDB \(major).x, but the file says dialect = \"influxdb-1\" (problem)"))
    }
  }

  @Test func namesWhatIsWrongWithTLS() throws {
    let upstream = try ScriptedUpstream()
    // Their files last as long as they do.
    let (served, other) = (try Certificate(), try Certificate())
    defer { withExtendedLifetime((served, other)) {} }
    let front = try TLSFront(certificate: served, before: upstream.port)
    var settings = GatehouseSettings()
    settings.members = ["https://localhost:\(front.port)"]
    settings.tables["upstream"] = ["ca = \"\(other.certificate)\""]
    let unknown = try Self.check(settings)
    #expect(unknown.status == 1 && unknown.text.contains("TLS: self-signed certificate"), "\(unknown.text)")
    // A plaintext server behind https.
    settings.members = ["https://localhost:\(upstream.port)"]
    #expect(try Self.check(settings).status == 1)
  }

  @Test func namesWhoCannotBeReached() throws {
    let upstream = try ScriptedUpstream()
    let port = upstream.port
    upstream.stopListening()
    let found = try Self.check(GatehouseSettings(upstreamPorts: port))
    #expect(found.status == 1 && found.text.contains("http://127.0.0.1:\(port): upstream unreachable"), "\(found.text)")
  }
}
