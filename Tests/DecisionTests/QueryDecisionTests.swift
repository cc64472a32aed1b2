// One decision serves the server and `explain`: what one says of a text and a login, the other does (issue 11, move 2).

import Authorizations
import Formats
import HTTP
import Testing
import Threading

@testable import Access
@testable import Decision

private let texts = [
  "SELECT v FROM cpu", "SELECT v FROM secret..cpu", "SELECT v INTO weekly.copy FROM cpu", "SELECT v FROM weekly.cpu",
  "SELECT v FROM cpu; SELECT v FROM secret..cpu", "SHOW DATABASES", "SHOW DATABASES; SHOW DATABASES", "SHOW QUERIES",
  "SHOW RETENTION POLICIES ON metrics", "SHOW RETENTION POLICIES ON secret", "SHOW SERIES", "SHOW SERIES ON secret",
  "SHOW MEASUREMENTS ON metrics", "SHOW USERS", "CREATE USER x WITH PASSWORD 'y'", "CREATE DATABASE x",
  "DROP MEASUREMENT cpu", "DELETE FROM cpu", "EXPLAIN SELECT v FROM cpu", "SHOW CONTINUOUS QUERIES", "KILL QUERY 1",
  "CREATE CONTINUOUS QUERY c ON metrics BEGIN SELECT mean(v) INTO copy FROM cpu GROUP BY time(1m) END",
  "SELECT v FRM cpu", "SELECT v FROM nowhere..cpu",
]

private let logins = World.logins.filter { $0.status == .active } + [World.login(7, "root", .operatorPermissions)]

@Suite struct QueryDecisionTests {
  @Test(arguments: [Dialect.influxDB1, .influxDB2], texts)
  func theServerDoesWhatIsExplained(dialect: Dialect, text: String) throws {
    for login in logins {
      let gate = try Gate(dialect)
      gate.shared.authorizations.publish(World.snapshot(logins))
      let decision = gate.judge(
        head("POST /query?db=metrics&q=\(text.percentEncoded)", login: login.token, "Content-Length: 0"))
      let explanation = Explainer(
        dialect: dialect, strictMethods: false, directory: World.directory(), principal: Principal(login)
      ).query(text, database: "metrics", retentionPolicy: "", parameters: "", isPost: true)
      let isCarried = decision.isPermitted || decision.answer?.status == 200
      // A name that nobody knows is taken as written, and told so: a server says then that it is not there.
      if explanation.assumptions.isEmpty {
        #expect(isCarried == (explanation.verdict == .permit), "\(login.token): \(text): \(decision.verdict)")
      }
      #expect((decision.status == 400) == (explanation.verdict == .refuse), "\(login.token): \(text)")
      if decision.status == 403, let reason = decision.refusal?.detail, reason.hasPrefix("statement ") {
        #expect(explanation.reason == reason, "\(login.token): \(text)")
      }
    }
  }

  @Test func objectsAlikeToStatementsThatMustBePosted() throws {
    for isPost in [true, false] {
      let explanation = Explainer(
        dialect: .influxDB1, strictMethods: true, directory: World.directory(), principal: Principal(World.writer)
      ).query(
        "SELECT v INTO copy FROM cpu", database: "metrics", retentionPolicy: "", parameters: "", isPost: isPost)
      #expect((explanation.verdict == .permit) == isPost)
    }
  }
}
