// What a text costs grows with its length and not with the square of it (issue 10, A5): understanding, deciding, pinning the
// default policies, printing, refusing and filtering, for every shape that a statement can take.

import Authorizations
import Formats
import HTTP
import InfluxQL
import Testing

@testable import Access
@testable import Decision

@Suite(.serialized, .enabled(if: countsWork, "it counts what the whole process does: make test-work"))
struct LinearWorkTests {
  /// A text for a size.
  struct Shape: Sendable, CustomTestStringConvertible {
    let name: String
    let text: @Sendable (Int) -> String

    init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
      self.name = name
      self.text = text
    }

    var testDescription: String { name }
  }

  /// One statement that grows.
  static let growing: [Shape] = [
    Shape("sources, of the default policy and not") { n in
      "SELECT * FROM \(list(n) { "autogen.m\($0)" }), \(list(2 * n) { "m\($0)" }); EXPLAIN SELECT * FROM m"
    },
    Shape("sources of one default policy") { n in "SELECT v FROM \(list(n) { "m\($0)" })" },
    Shape("sources of as many databases") { n in "SELECT v FROM \(list(n) { "db\($0)..m" }), weekly.m" },
    Shape("patterns") { n in "SELECT v FROM \(list(n) { "/m\($0)/" })" },
    Shape("unknown policies") { n in "SELECT v FROM \(list(n) { "none\($0).m" })" },
    Shape("fields") { n in "SELECT \(list(n) { "mean(\"f \($0)\") AS \"a \($0)\"" }) FROM m" },
    Shape("arguments") { n in "SELECT f(\(list(n) { "a\($0)" })) FROM m" },
    Shape("conditions") { n in "SELECT v FROM m WHERE \(list(n, " OR ") { "a\($0) = 'x\($0)'" })" },
    Shape("patterns in conditions") { n in "SELECT v FROM m WHERE \(list(n, " AND ") { "a =~ /x\($0)/" })" },
    Shape("brackets") { n in "SELECT v FROM m WHERE \(list(n, " AND ") { "(((a = \($0))))" })" },
    Shape("signs") { n in "SELECT \(list(n, " + ") { "-a\($0)" }) FROM m" },
    Shape("dimensions") { n in "SELECT mean(v) FROM m GROUP BY time(1m), \(list(n) { "t\($0)" })" },
    Shape("sub-queries beside each other") { n in "SELECT v FROM \(list(n) { "(SELECT v FROM m\($0))" })" },
    Shape("sub-queries that write") { n in "SELECT v FROM \(list(n) { "(SELECT v INTO t\($0) FROM m)" })" },
    Shape("deep sub-queries beside each other") { n in
      let deep = String(repeating: "(SELECT v FROM ", count: 20) + "m" + String(repeating: ")", count: 20)
      return "SELECT v FROM \(list(n / 10) { _ in deep })"
    },
    Shape("one long name") { n in "SELECT v FROM \"\(String(repeating: "a b", count: 20 * n))\"" },
    Shape("one long string") { n in "SELECT v FROM m WHERE a = '\(String(repeating: "\\n", count: 20 * n))'" },
    Shape("one long pattern") { n in "SELECT v FROM /\(String(repeating: "a\\/", count: 20 * n))/" },
    Shape("comments") { n in "SELECT v \(String(repeating: "-- a\n", count: n)) FROM m" },
    Shape("explained sources") { n in "EXPLAIN SELECT v FROM \(list(n) { "m\($0)" })" },
    Shape("field keys of sources") { n in "SHOW FIELD KEYS FROM \(list(n) { "m\($0)" })" },
    Shape("field keys of databases") { n in "SHOW FIELD KEYS FROM \(list(n) { "db\($0)..m" })" },
    Shape("counted series of sources") { n in "SHOW SERIES EXACT CARDINALITY FROM \(list(n) { "m\($0)" })" },
    Shape("series of sources") { n in "SHOW SERIES FROM \(list(n) { "m\($0)" })" },
    Shape("tag keys") { n in "SHOW TAG VALUES WITH KEY IN (\(list(n) { "k\($0)" }))" },
    Shape("deletion") { n in "DELETE FROM \(list(n) { "m\($0)" }) WHERE a = 'b'" },
    Shape("dropped series") { n in "DROP SERIES FROM \(list(n) { "m\($0)" })" },
    Shape("destinations") { n in
      "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL \(list(n) { "'http://u:p@h\($0)'" })"
    },
    Shape("continuous query") { n in
      "CREATE CONTINUOUS QUERY q ON metrics BEGIN SELECT \(list(n) { "mean(f\($0))" }) INTO t FROM "
        + "\(list(n) { "m\($0)" }), \(list(n) { "(SELECT v FROM n\($0))" }) GROUP BY time(1m) END"
    },
    Shape("what may not be read") { n in "SELECT v FROM \(list(n) { "m\($0)" }), nowhere..m" },
    Shape("a mistake at the end") { n in "SELECT v FROM \(list(n) { "m\($0)" }) \"\(String(repeating: "é", count: n))"
    },
    Shape("a name that cannot be carried") { n in "SELECT v FROM \(list(n) { "\"a\($0)\"" }), \"a\rb\"" },
  ]

  private static func list(_ count: Int, _ separator: String = ", ", _ item: (Int) -> String) -> String {
    (0..<max(1, count)).map(item).joined(separator: separator)
  }

  /// A statement of each kind.
  private static let samples: [StatementKind: String] = [
    .select: "SELECT v FROM m", .explain: "EXPLAIN SELECT v FROM m", .delete: "DELETE FROM m",
    .showContinuousQueries: "SHOW CONTINUOUS QUERIES", .showDatabases: "SHOW DATABASES",
    .showDiagnostics: "SHOW DIAGNOSTICS", .showFieldKeyCardinality: "SHOW FIELD KEY CARDINALITY",
    .showFieldKeys: "SHOW FIELD KEYS FROM m", .showGrants: "SHOW GRANTS FOR u",
    .showMeasurementCardinality: "SHOW MEASUREMENT CARDINALITY", .showMeasurements: "SHOW MEASUREMENTS",
    .showQueries: "SHOW QUERIES", .showRetentionPolicies: "SHOW RETENTION POLICIES", .showSeries: "SHOW SERIES",
    .showSeriesCardinality: "SHOW SERIES CARDINALITY", .showShardGroups: "SHOW SHARD GROUPS",
    .showShards: "SHOW SHARDS",
    .showStats: "SHOW STATS", .showSubscriptions: "SHOW SUBSCRIPTIONS",
    .showTagKeyCardinality: "SHOW TAG KEY CARDINALITY", .showTagKeys: "SHOW TAG KEYS",
    .showTagValues: "SHOW TAG VALUES WITH KEY = k",
    .showTagValuesCardinality: "SHOW TAG VALUES CARDINALITY WITH KEY = k", .showUsers: "SHOW USERS",
    .createContinuousQuery:
      "CREATE CONTINUOUS QUERY q ON metrics BEGIN SELECT mean(v) INTO t FROM m GROUP BY time(1m) END",
    .createDatabase: "CREATE DATABASE d WITH DURATION 1h NAME p",
    .createRetentionPolicy: "CREATE RETENTION POLICY p ON d DURATION 1h REPLICATION 1",
    .createSubscription: "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL 'http://u:p@h'",
    .createUser: "CREATE USER u WITH PASSWORD 'p'", .alterRetentionPolicy: "ALTER RETENTION POLICY p ON d DEFAULT",
    .dropContinuousQuery: "DROP CONTINUOUS QUERY q ON metrics", .dropDatabase: "DROP DATABASE d",
    .dropMeasurement: "DROP MEASUREMENT m", .dropRetentionPolicy: "DROP RETENTION POLICY p ON d",
    .dropSeries: "DROP SERIES FROM m", .dropShard: "DROP SHARD 1", .dropSubscription: "DROP SUBSCRIPTION s ON d.p",
    .dropUser: "DROP USER u", .grant: "GRANT READ ON d TO u", .grantAdmin: "GRANT ALL TO u",
    .revoke: "REVOKE READ ON d FROM u", .revokeAdmin: "REVOKE ALL FROM u", .setPassword: "SET PASSWORD FOR u = 'p'",
    .killQuery: "KILL QUERY 1",
  ]

  /// As many databases as the largest text names, each with two policies.
  private static let directory = World.directory(
    World.databases + (0..<400).map { ("db\($0)", ["autogen", "other"]) })

  private static func judge(_ text: String, _ dialect: Dialect, login: String) throws -> Int {
    let gate = try Gate(dialect, directory: directory)
    let form = "db=metrics&q=" + text.percentEncoded
    // What is made once is made before.
    _ = gate.post("/query", form: "db=metrics&q=SHOW+MEASUREMENTS", login: login)
    return try work { _ = gate.post("/query", form: form, login: login) }
  }

  /// Twice the growth of the text may cost a little more than twice: tables grow in steps.
  private static func expectLinear(_ what: String, _ steps: (Int) throws -> Int) throws {
    let (once, twice, fourTimes) = (try steps(100), try steps(200), try steps(400))
    let (first, second) = (twice - once, fourTimes - twice)
    #expect(
      second <= first * 5 / 2 + 2_000, "\(what): \(once), \(twice), \(fourTimes) steps for 1, 2 and 4 times the text")
  }

  @Test(arguments: growing, [Dialect.influxDB1, .influxDB2])
  func aLongerStatementCostsInProportion(shape: Shape, dialect: Dialect) throws {
    for login in ["every", "reader"] {
      try Self.expectLinear("\(shape.name), \(login)") { try Self.judge(shape.text($0), dialect, login: login) }
    }
  }

  @Test(arguments: StatementKind.allCases, [Dialect.influxDB1, .influxDB2])
  func moreStatementsCostInProportion(kind: StatementKind, dialect: Dialect) throws {
    let sample = try #require(Self.samples[kind])
    #expect(try Query(parsing: sample).statements.map(\.kind) == [kind])
    try Self.expectLinear(kind.rawValue) { count in
      try Self.judge(Self.list(count / 2, "; ") { _ in sample }, dialect, login: "every")
    }
    // Beside what is pinned.
    try Self.expectLinear("\(kind.rawValue) and others") { count in
      try Self.judge(Self.list(count / 2, "; ") { "SELECT v FROM m\($0); \(sample)" }, dialect, login: "every")
    }
  }

  @Test func moreParametersCostInProportion() throws {
    let values = { (count: Int) in Self.list(2 * count, "&") { "n\($0)=v\($0)" } }
    try Self.expectLinear("parameters of URL and form") { count in
      let (url, form) = (Array(values(count).utf8), Array(values(count).replacing("n", with: "m").utf8))
      return try work { _ = try FormValues(form).preferred(over: FormValues(url)) }
    }
    try Self.expectLinear("bound parameters") { count in
      let members = Self.list(count, ",") { "\"p\($0)\":{\"identifier\":\"m\($0)\"}" }
      let gate = try Gate()
      let form =
        "db=metrics&q=\("SELECT v FROM \(Self.list(count) { "$p\($0)" })".percentEncoded)&params=\("{\(members)}".percentEncoded)"
      return try work { _ = gate.post("/query", form: form) }
    }
  }

  @Test func filteringALongerAnswerCostsInProportion() throws {
    let kinds: [(String, AnswerFilter.Kind, String)] = [
      ("databases", .databases, #"["db1"]"#), ("policies", .retentionPolicies(of: "metrics"), #"["autogen"]"#),
      ("queries", .queries, #"["SELECT v FROM m"]"#),
      (
        "continuous queries", .continuousQueries,
        #"["CREATE CONTINUOUS QUERY q ON metrics BEGIN SELECT v INTO t FROM m END"]"#
      ),
    ]
    let principal = Principal(World.reader)
    for (name, kind, row) in kinds {
      let column = name == "databases" || name == "policies" ? "name" : "query"
      func series(_ rows: Int) -> String {
        #"{"name":"metrics","columns":["\#(column)"],"values":[\#(Self.list(rows, ",") { _ in row })]}"#
      }
      func filter(_ statements: Int, _ body: String) throws -> Int {
        let filter = AnswerFilter(
          Dictionary(uniqueKeysWithValues: (0..<statements).map { ($0, kind) }), statementCount: statements,
          principal: principal, authorizer: Authorizer(directory: Self.directory),
          policy: QueryPolicy(dialect: .influxDB1))
        let bytes = Array(body.utf8)
        return try work { _ = filter.filtered(bytes, AnswerForm()) }
      }
      try Self.expectLinear("rows of \(name)") { count in
        try filter(1, #"{"results":[{"statement_id":0,"series":[\#(series(count))]}]}"#)
      }
      try Self.expectLinear("series of \(name)") { count in
        try filter(1, #"{"results":[{"statement_id":0,"series":[\#(Self.list(count, ",") { _ in series(1) })]}]}"#)
      }
      try Self.expectLinear("results of \(name)") { count in
        let results = Self.list(count, ",") { #"{"statement_id":\#($0),"series":[\#(series(1))]}"# }
        return try filter(count, #"{"results":[\#(results)]}"#)
      }
    }
  }

  @Test func theMeterSeesALoopWithinALoop() throws {
    func steps(_ count: Int) throws -> Int {
      let names = (0..<count).map { "a name that is long enough for the heap, \($0)" }
      return try work { for name in names { _ = names.last { $0 == name } } }
    }
    #expect(try steps(400) - steps(200) > 3 * (steps(200) - steps(100)))
  }
}
