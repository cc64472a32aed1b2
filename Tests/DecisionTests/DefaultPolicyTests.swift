// What 2.x reads of metadata beside what a statement names: recorded of 2.9.1, by a login that holds one policy.

import Formats
import InfluxQL
import Testing

@testable import Decision

@Suite struct DefaultPolicyTests {
  private static func query(_ text: String, _ parameters: String = "", login: String) throws -> Decision {
    try Gate(.influxDB2).get("/query?db=metrics\(parameters)&q=\(text.replacing(" ", with: "+"))", login: login)
  }

  /// `weekly` holds `metrics/weekly` alone; the default policy of `metrics` is another. For these three 2.9.1 takes the
  /// default mapping, whatever `rp` and the sources say.
  @Test(arguments: [
    "SHOW MEASUREMENTS", "SHOW MEASUREMENTS ON metrics", "SHOW TAG KEYS", "SHOW TAG KEYS ON metrics",
    "SHOW TAG KEYS FROM weekly.m", "SHOW TAG KEYS FROM metrics.weekly.m", "SHOW TAG KEYS ON metrics FROM weekly.m",
    "SHOW TAG KEYS FROM weekly./.*/", "SHOW TAG VALUES WITH KEY = k", "SHOW TAG VALUES FROM weekly.m WITH KEY = k",
    "SHOW TAG VALUES FROM metrics.weekly.m WITH KEY = k", "SHOW TAG VALUES ON metrics FROM weekly.m WITH KEY = k",
    "SHOW TAG VALUES FROM weekly./.*/ WITH KEY =~ /.*/",
  ])
  func metadataOfTheDefaultPolicyNeedThatPolicy(text: String) throws {
    for parameters in ["", "&rp=weekly"] {
      let decision = try Self.query(text, parameters, login: "weekly")
      #expect(!decision.isPermitted && decision.request == nil, "\(text) \(parameters)")
    }
    #expect(try Self.query(text, login: "reader").isPermitted, "\(text)")
  }

  @Test(arguments: ["SHOW MEASUREMENTS ON metrics.*", "SHOW MEASUREMENTS ON metrics.* WITH MEASUREMENT =~ /./"])
  func metadataOfEveryPolicyNeedThemAll(text: String) throws {
    #expect(try !Self.query(text, login: "weekly").isPermitted)
    #expect(try Self.query(text, login: "reader").isPermitted)
  }

  /// Where 2.9.1 goes by the policy that is named, that one is enough.
  @Test(arguments: [
    "SHOW MEASUREMENTS ON metrics.weekly", "SHOW SERIES FROM weekly.m", "SHOW SERIES FROM metrics.weekly.m",
    "SHOW FIELD KEYS FROM weekly.m", "SELECT v FROM weekly.m", "SELECT v FROM metrics.weekly.m",
  ])
  func whatNamesAPolicyThatIsReadNeedsThatOne(text: String) throws {
    #expect(try Self.query(text, login: "weekly").isPermitted, "\(text)")
  }

  @Test func oneDefaultPolicyIsNeededOnce() throws {
    let policy = QueryPolicy(dialect: .influxDB2)
    let statement = try #require(try Query(parsing: "SHOW TAG KEYS").statements.first)
    #expect(policy.needs(of: statement, database: "metrics", policy: nil).count == 1)
    #expect(policy.needs(of: statement, database: "metrics", policy: "weekly").count == 2)
  }
}
