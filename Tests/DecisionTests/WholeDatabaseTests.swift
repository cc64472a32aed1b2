// What reaches over a whole database, and names that are not known: what is asked of the upstream before they are
// decided.

import Authorizations
import Formats
import Testing
import Threading

@testable import Access
@testable import Decision

extension Gate {
  fileprivate func query(_ text: String, login: String, database: String = "metrics") -> Decision {
    get("/query?db=\(database)&q=\(text.replacing(" ", with: "%20").replacing(";", with: "%3B"))", login: login)
  }
}

@Suite struct WholeDatabaseTests {
  /// Everything of `metrics` that the directory knows, by the names of its policies.
  private static let named = World.login(
    20, "named",
    [Action.read, .write].flatMap { action in
      ["metrics/autogen", "metrics/weekly"].map { World.permission(action, $0) }
    })

  private func gate(_ dialect: Dialect = .influxDB1) throws -> Gate {
    let gate = try Gate(dialect, directory: World.directory([("metrics", ["autogen", "weekly"])]))
    gate.shared.authorizations.publish(World.snapshot(World.logins + [Self.named]))
    return gate
  }

  private static let statements = [
    "SHOW SERIES", "SHOW TAG VALUES WITH KEY = k", "DELETE FROM m", "DROP SERIES FROM m",
  ]
  private static let metrics = DirectoryQuestion.policies(of: Array("metrics".utf8))

  @Test(arguments: statements) func asksForThePoliciesWhereOnlySomeArePermitted(statement: String) throws {
    let gate = try gate()
    gate.policies = { _ in ["autogen", "weekly"] }
    let decision = gate.query(statement, login: "named")
    #expect(decision.isPermitted && decision.steps.last == "directory")
    #expect(gate.asked == [Self.metrics])
    // Who may everything of it, by whatever name, need not be asked for.
    #expect(gate.query(statement, login: "writer").isPermitted)
    #expect(gate.asked.count == 1)
  }

  /// What one statement may without a reading does not settle what the next one needs.
  @Test func asksWhereAnotherStatementNeedsNoReading() throws {
    let gate = try gate()
    let mixed = World.login(
      21, "mixed",
      [World.permission(.write, "metrics/*")]
        + ["metrics/autogen", "metrics/weekly"].map { World.permission(.read, $0) })
    gate.shared.authorizations.publish(World.snapshot(World.logins + [mixed]))
    gate.policies = { _ in ["autogen", "weekly"] }
    #expect(gate.query("DROP SERIES FROM m; SHOW SERIES", login: "mixed").isPermitted)
    #expect(gate.asked == [Self.metrics])
  }

  @Test(arguments: statements) func refusesAPolicyMadeAMomentAgo(statement: String) throws {
    let gate = try gate()
    gate.policies = { _ in ["autogen", "weekly", "other"] }
    #expect(gate.query(statement, login: "named").status == 403)
    #expect(gate.query(statement, login: "writer").isPermitted)
  }

  @Test(arguments: statements) func refusesWhereThePoliciesCannotBeRead(statement: String) throws {
    let gate = try gate()
    gate.refresh = { false }
    let decision = gate.query(statement, login: "named")
    #expect(decision.status == 503 && (decision.refusal?.retryAfter ?? 0) > 0)
  }

  @Test func remembersNoDecisionThatRestsOnAReading() throws {
    let gate = try gate()
    gate.policies = { _ in ["autogen", "weekly"] }
    for count in 1...4 {
      #expect(gate.query("SHOW SERIES", login: "named").isPermitted)
      #expect(gate.asked.count == count)
    }
    gate.policies = { _ in ["autogen", "weekly", "other"] }
    #expect(gate.query("SHOW SERIES", login: "named").status == 403)
  }

  @Test func asksForNoMoreDatabasesThanOneRequestMay() throws {
    let databases = (0..<40).map { ("db\($0)", ["autogen"]) }
    let gate = try Gate(directory: World.directory(databases))
    let login = World.login(21, "many", databases.map { World.permission(.read, "\($0.0)/autogen") })
    gate.shared.authorizations.publish(World.snapshot(World.logins + [login]))
    gate.policies = { _ in ["autogen"] }
    func text(_ count: Int) -> String { (0..<count).map { "SHOW SERIES ON db\($0)" }.joined(separator: ";") }
    #expect(gate.query(text(16), login: "many").isPermitted)
    #expect(gate.asked.count == 16)
    #expect(gate.query(text(17), login: "many").status == 403)
    #expect(gate.asked.count == 16)
  }

  // MARK: Names that are not known

  @Test(arguments: [Dialect.influxDB1, .influxDB2])
  func asksOnlyForThoseWhoWouldBePermitted(dialect: Dialect) throws {
    let gate = try Gate(dialect, directory: World.directory([("metrics", ["autogen"]), ("hidden", ["autogen"])]))
    for login in ["writer", "reader", "nobody"] {
      for database in ["nope", "hidden"] {
        let write = gate.write("/write?db=\(database)", login: login)
        let query = gate.query("SELECT v FROM cpu", login: login, database: database)
        #expect(!write.steps.contains("directory") && !query.steps.contains("directory"), "\(login) \(database)")
        #expect((400..<500).contains(write.status ?? 0) && query.status == 403)
      }
    }
    #expect(gate.asked.isEmpty)
    // The status that the dialect has recorded for a missing database, for one that its permissions name.
    #expect(gate.write("/write?db=bare", login: "writer").status == 404)
    #expect(gate.asked == [dialect == .influxDB1 ? .databases : .everything])
  }

  @Test func hidesBefore2xWhetherANameIsThere() throws {
    let gate = try Gate(.influxDB2, directory: World.directory([("metrics", ["autogen"]), ("hidden", ["autogen"])]))
    let byIdentifier = World.login(
      22, "by-id",
      [Permission(.write, Resource(type: .buckets, id: identifier(0x100), organizationID: World.organization))])
    gate.shared.authorizations.publish(World.snapshot(World.logins + [byIdentifier]))
    for login in ["writer", "by-id"] {
      let hidden = gate.write("/write?db=hidden", login: login)
      let unknown = gate.write("/write?db=nope", login: login)
      #expect(hidden.refusal?.message == unknown.refusal?.message && hidden.status == unknown.status)
      #expect(hidden.steps.filter { $0 == "directory" } == unknown.steps.filter { $0 == "directory" })
    }
  }

  @Test func asksForThePoliciesOfOneDatabaseAlone() throws {
    let gate = try gate()
    #expect(gate.write("/write?db=metrics&rp=new", login: "writer").status == 500)
    #expect(gate.asked == [Self.metrics])
    #expect(gate.write("/write?db=metrics&rp=new", login: "named").status == 500)
    #expect(gate.asked.count == 1)
  }
}
