// Before a real influxd: what readers, writers, readers of one policy and operators may see and change, by what is there afterwards.

import Foundation
import Testing

@Suite struct PolicyRightsTests {
  @Test func showsOfTheServerOnlyWhatMayBeKnown() throws {
    try PolicyStage.play { _, gatehouse in
      let client = try RawClient(gatehouse)
      for statement in [
        "SHOW DATABASES", "SHOW DATABASES; SHOW DATABASES", "SELECT v FROM cpu; show databases",
        "SHOW RETENTION POLICIES; SHOW DATABASES; SHOW QUERIES",
      ] {
        let answer = try client.exchange(Request.query(statement, login: PolicyStage.both))
        #expect(answer.status == 200 && answer.text.contains("\"metrics\""), "\(statement): \(answer.text)")
        PolicyStage.expectNothing(of: ["secret", "_internal", "hidden"], in: answer, to: statement)
      }
      let policies = try client.exchange(Request.query("SHOW RETENTION POLICIES ON metrics", login: PolicyStage.both))
      #expect(policies.text.contains("autogen") && policies.text.contains("weekly"))
      let nothing = try client.exchange(Request.query("SHOW DATABASES; SHOW DATABASES", login: .mallory))
      PolicyStage.expectNothing(of: ["secret", "\"metrics\"", "_internal"], in: nothing, to: "SHOW DATABASES")
    }
  }

  @Test func readersChangeNothing() throws {
    let reader = Login.reader
    try PolicyStage.play({ $0.logins = [reader, .mallory] }) { server, gatehouse in
      let client = try RawClient(gatehouse)
      let state = try server.query("SHOW SERIES ON metrics") + server.query("SHOW RETENTION POLICIES ON metrics")
      for statement in [
        "DELETE FROM cpu", "DELETE WHERE time < now()", "DELETE FROM \"cpu\" WHERE host = 'a'", "DROP SERIES FROM cpu",
        "DROP SERIES WHERE host = 'a'", "DROP MEASUREMENT cpu", "SELECT v INTO copy FROM cpu",
        "SELECT v INTO metrics.weekly.copy FROM cpu", "SELECT v INTO metrics..:MEASUREMENT FROM /.*/",
        "SELECT v FROM cpu; DROP SERIES FROM cpu", "EXPLAIN ANALYZE SELECT v INTO copy FROM cpu",
        "SELECT v FROM (SELECT v INTO copy FROM cpu)", "DROP RETENTION POLICY weekly ON metrics",
        "ALTER RETENTION POLICY weekly ON metrics DEFAULT", "DROP DATABASE metrics", "CREATE DATABASE more",
        "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO x FROM cpu GROUP BY time(1m) END",
        "DROP SHARD 1",
        "CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL 'udp://127.0.0.1:9'", "KILL QUERY 1",
      ] {
        for login in [reader, .mallory] {
          for request in [
            Request.query(statement, login: login),
            Request.form("q=\(statement.percentEncoded)&db=metrics", login: login),
          ] {
            let answer = try client.exchange(request)
            #expect([400, 403].contains(answer.status), "\(statement): \(answer.status) \(answer.text)")
          }
        }
      }
      let after = try server.query("SHOW SERIES ON metrics") + server.query("SHOW RETENTION POLICIES ON metrics")
      #expect(after == state)
      #expect(try !server.query("SHOW DATABASES").contains("more"))
    }
  }

  @Test func writersChangeTheirDatabaseAlone() throws {
    try PolicyStage.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      func expect(_ status: Int, _ statement: String) throws {
        let answer = try client.exchange(Request.query(statement, login: PolicyStage.both))
        #expect(answer.status == status, "\(statement): \(answer.status) \(answer.text)")
        if status == 200 { #expect(!answer.text.contains("error"), "\(statement): \(answer.text)") }
      }
      try expect(200, "SELECT v INTO metrics.weekly.copy FROM cpu")
      #expect(try server.query("SELECT * FROM metrics.weekly.copy").contains("copy"))
      try expect(200, "SELECT v INTO gone FROM cpu")
      try expect(200, "DELETE FROM gone")
      #expect(try !server.query("SHOW SERIES ON metrics").contains("gone"))
      for statement in ["DROP MEASUREMENT cpu", "DROP DATABASE metrics", "DROP RETENTION POLICY weekly ON metrics"] {
        try expect(403, statement)
      }
      #expect(
        try client.exchange(Request.query("DELETE FROM vault", database: "secret", login: PolicyStage.both)).status
          == 403)
      try expect(200, "DROP SERIES FROM cpu")
      #expect(try !server.query("SHOW SERIES ON metrics").contains("cpu"))
      #expect(try server.query("SELECT * FROM secret..vault").contains("424242"))
    }
  }

  @Test func readerOfOnePolicyLearnsNothingOfTheOthers() throws {
    var narrow = Login.reader
    (narrow.reads, narrow.writes) = (["metrics/weekly"], ["metrics/weekly"])
    let login = narrow
    try PolicyStage.play({ $0.logins = [login] }) { server, gatehouse in
      try server.write("vault,combo=lock v=424242", database: "metrics")
      try server.write("mine,combo=open v=7", database: "metrics&rp=weekly")
      try server.write("vault,other=o w=9", database: "metrics&rp=weekly")
      let client = try RawClient(gatehouse)
      #expect(try client.exchange(Request.query("SELECT * FROM weekly.mine", login: login)).text.contains("open"))
      for statement in [
        "SELECT * FROM vault", "SELECT * FROM weekly.vault", "SELECT * FROM autogen.vault",
        "SELECT * FROM metrics..vault",
        "SELECT * FROM /.*/", "SELECT * FROM weekly./.*/", "SHOW SERIES", "SHOW SERIES FROM weekly.vault",
        "SHOW SERIES FROM weekly./.*/", "SHOW FIELD KEYS", "SHOW FIELD KEYS FROM weekly.vault", "SHOW MEASUREMENTS",
        "SHOW TAG KEYS", "SHOW TAG KEYS FROM weekly.vault", "SHOW TAG VALUES WITH KEY = combo",
        "SHOW TAG VALUES FROM weekly.vault WITH KEY = combo", "SHOW TAG VALUES FROM weekly./.*/ WITH KEY = combo",
        "SHOW TAG VALUES ON metrics WITH KEY IN (combo)", "SHOW MEASUREMENTS WITH MEASUREMENT =~ /.*/",
        "SHOW SERIES EXACT CARDINALITY", "SHOW TAG VALUES EXACT CARDINALITY FROM weekly.vault WITH KEY = combo",
        "SELECT * FROM weekly.vault, vault", "SELECT * FROM (SELECT * FROM vault)",
        "SELECT v INTO weekly.copy FROM vault",
      ] {
        for parameters in ["", "&rp=weekly", "&rp=autogen"] {
          let answer = try client.exchange(Request.query(statement, login: login, parameters: parameters))
          PolicyStage.expectNothing(of: ["lock", "424242"], in: answer, to: statement + parameters)
        }
      }
      for statement in ["SHOW RETENTION POLICIES", "SHOW RETENTION POLICIES; SHOW RETENTION POLICIES ON metrics"] {
        let answer = try client.exchange(Request.query(statement, login: login))
        #expect(answer.text.contains("weekly") && !answer.text.contains("autogen"), "\(answer.text)")
      }
      for statement in ["DELETE FROM vault", "DROP SERIES FROM vault", "SELECT w INTO copy FROM weekly.vault"] {
        #expect(try client.exchange(Request.query(statement, login: login)).status == 403, "\(statement)")
      }
      #expect(try server.query("SELECT * FROM metrics.autogen.vault").contains("424242"))
    }
  }

  @Test func operatorsAdminister() throws {
    try PolicyStage.play { server, gatehouse in
      let client = try RawClient(gatehouse)
      let field = "Authorization: Token \(gatehouse.token)\r\n"
      func run(_ statement: String, database: String? = nil) throws -> HTTPAnswer {
        let answer = try client.exchange(
          Request.form(
            "q=\(statement.percentEncoded)" + (database.map { "&db=\($0)" } ?? ""), login: nil, fields: field))
        #expect(answer.status == 200 && !answer.text.contains("\"error\""), "\(statement): \(answer.text)")
        return answer
      }
      _ = try run("CREATE DATABASE more")
      #expect(try run("SHOW DATABASES").text.contains("more"))
      _ = try run("CREATE RETENTION POLICY p ON more DURATION 1d REPLICATION 1 DEFAULT")
      #expect(try run("SHOW RETENTION POLICIES ON more").text.contains("\"p\""))
      #expect(try run("SELECT * FROM secret..vault").text.contains("424242"))
      try server.query(
        "CREATE CONTINUOUS QUERY c ON secret BEGIN SELECT mean(v) INTO x FROM vault GROUP BY time(1m) END")
      #expect(try run("SHOW CONTINUOUS QUERIES").text.contains("vault"))
      #expect(try run("SHOW QUERIES; SHOW DATABASES").text.contains("SHOW QUERIES"))
      for statement in [
        "SHOW STATS", "SHOW DIAGNOSTICS", "SHOW SHARDS", "SHOW SUBSCRIPTIONS", "SHOW MEASUREMENTS ON secret",
      ] {
        _ = try run(statement, database: "metrics")
      }
      _ = try run("DROP MEASUREMENT cpu", database: "metrics")
      #expect(try !server.query("SHOW MEASUREMENTS ON metrics").contains("cpu"))
      _ = try run("DROP DATABASE more")
      #expect(try !server.query("SHOW DATABASES").contains("more"))
      for statement in ["CREATE USER x WITH PASSWORD 'y'", "SHOW USERS", "GRANT READ ON metrics TO x"] {
        let answer = try client.exchange(Request.form("q=\(statement.percentEncoded)", login: nil, fields: field))
        #expect(answer.status == 403 && answer.text.contains("/legacy/authorizations"), "\(answer.text)")
      }
    }
  }

  @Test func everydayCredentialNeedNotBeAnAdministrator() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.query("CREATE USER root WITH PASSWORD 'canary-root-Uq5' WITH ALL PRIVILEGES")
    try server.query("GRANT ALL ON metrics TO \(InfluxdServer.user)")
    try server.query("REVOKE ALL PRIVILEGES FROM \(InfluxdServer.user)")
    let gatehouse = try server.gatehouse {
      $0.tables["upstream.operator"] = ["username = \"root\"", "password = \"canary-root-Uq5\""]
      $0.logins = [PolicyStage.both]
    }
    gatehouse.addCanary("canary-root-Uq5")
    let client = try RawClient(gatehouse)
    #expect(try client.exchange(Request.write("cpu v=1", login: PolicyStage.both)).status == 204)
    #expect(try client.exchange(Request.query("SELECT * FROM cpu", login: PolicyStage.both)).text.contains("cpu"))
    let field = "Authorization: Token \(gatehouse.token)\r\n"
    for statement in ["CREATE DATABASE more", "SHOW DATABASES"] {
      let answer = try client.exchange(Request.form("q=\(statement.percentEncoded)", login: nil, fields: field))
      #expect(answer.status == 200 && !answer.text.contains("error"), "\(statement): \(answer.status) \(answer.text)")
      #expect(statement != "SHOW DATABASES" || answer.text.contains("more") && answer.text.contains("secret"))
    }
    gatehouse.stop()
  }
}
