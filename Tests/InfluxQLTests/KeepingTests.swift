// A server keeps a continuous query in its own words: only what those words say again may be kept.

import Testing

@testable import InfluxQL

private func problem(_ selection: String, roundsNumbers: Bool = true) throws -> String? {
  let text = "CREATE CONTINUOUS QUERY q ON d BEGIN \(selection) END"
  let query = try Query(parsing: text).naming(database: "d") { _ in "p" }
  return try #require(query.statements.first).keepingProblem(roundsNumbers: roundsNumbers)
}

private func withFields(_ fields: String) -> String { "SELECT \(fields) INTO t FROM m GROUP BY time(1m)" }

struct KeepingTests {
  @Test(arguments: [
    #""last(*) into metrics.autogen.:measurement from secret.autogen./.*/ group by time(1h), * end --"(v)"#,
    #""max(v) into secret.autogen.planted from d.p.m group by time(1m) end --"(v)"#,
    #"DISTINCT "v into secret.autogen.t from d.p.m group by time(1m) end --""#,
    #"count(DISTINCT "a b")"#, #""a b"(v)"#, #"""(v)"#, #""select"(v)"#, #"DISTINCT "select""#, #"DISTINCT """#,
    #"mean("x"("a b"(v)))"#, #"(1 + "a b"(v)) * 2"#, #"-"a b"(v)"#, #"DISTINCT "é""#, #""é"(v)"#, #""past"(v)"#,
    #"mean(v) + f(DISTINCT "1")"#,
  ])
  func refusesNamesThatNeedQuotationMarks(fields: String) throws {
    #expect(try problem(withFields(fields))?.contains("quotation marks") == true)
    #expect(try problem("SELECT max(v) INTO t FROM (\(withFields(fields))) GROUP BY time(1m)") != nil)
  }

  @Test(arguments: [
    "mean(v)", "MEAN(v) AS \"a b\"", "\"mean\"(v)", "mean(\"a b\")", "mean(/a\\/b/)", "*", "count(DISTINCT v)",
    "distinct(v)", "DISTINCT v", "mean(v) * 0.125 - -5", "-mean(v) + 1h", "(-v) / (-w)", "percentile(v, 99.9)",
    "v::float + \"w x\"::integer", "mean(\"select\")", "\"fill\"(v)", "top(v, \"a\\\"b\\\\c\\nd\", 3)",
  ])
  func keepsWhatIsReadAgain(fields: String) throws { #expect(try problem(withFields(fields)) == nil) }

  @Test(
    arguments: [
      "SELECT mean(v) INTO d.p.:MEASUREMENT FROM /.*/ GROUP BY time(1m), *",
      "SELECT mean(v) INTO :MEASUREMENT FROM e.q.m, n, (SELECT v FROM \"o p\") WHERE a = 'it\\'s' GROUP BY time(1m, 5s)",
      "SELECT mean(v) INTO t FROM m GROUP BY time(1m) fill(2.0) ORDER BY time DESC LIMIT 3 tz('Etc/GMT+1')",
      "SELECT mean(v) INTO t FROM m WHERE a =~ /x\\/y/ AND time > now() - 1h GROUP BY time(90s), \"h i\"",
    ].map { $0.replacing("INTO :MEASUREMENT", with: "INTO \"\"") })
  func keepsEveryClause(selection: String) throws { #expect(try problem(selection) == nil) }

  @Test(arguments: [
    "SELECT a / -b INTO t FROM m", "SELECT a INTO t FROM m WHERE x % -(b + c) > 1",
    "SELECT mean(v) INTO t FROM \"\" GROUP BY time(1m)",
    "SELECT mean(v) INTO t FROM m GROUP BY time(1m) fill(0.00001)",
    "SELECT mean(v) INTO t FROM m GROUP BY time(1m) fill(1500000.0)",
  ])
  func refusesWhatIsReadDifferently(selection: String) throws { #expect(try problem(selection) != nil) }

  @Test func refusesDecimalsThatOldServersRound() throws {
    #expect(try problem(withFields("mean(v) * 0.12345")) == "the server keeps no more than three decimals of a number")
    #expect(try problem(withFields("mean(v) * 0.12345"), roundsNumbers: false) == nil)
  }

  @Test func otherStatementsAreNotKept() throws {
    for text in ["SELECT \"a b\"(v) INTO t FROM m", "DROP CONTINUOUS QUERY q ON d", "SHOW CONTINUOUS QUERIES"] {
      let statement = try #require(try Query(parsing: text).statements.first)
      #expect(!statement.isKept && statement.keepingProblem(roundsNumbers: true) == nil)
    }
  }

  @Test func namesTheDatabaseAndPolicyOfEverySourceAndTarget() throws {
    let text =
      "CREATE CONTINUOUS QUERY q ON d BEGIN SELECT mean(v) INTO t FROM m, e..n, (SELECT v FROM r.o) GROUP BY time(1m) END"
    func named(in database: Name?) throws -> String? {
      try Query(parsing: text).naming(database: database) { $0 == "e" ? "far" : "near" }.forwardingText
    }
    #expect(
      try named(in: "x")
        == "CREATE CONTINUOUS QUERY q ON d BEGIN SELECT mean(v) INTO x.near.t FROM x.near.m, e.far.n, (SELECT v FROM x.r.o) GROUP BY time(1m) END"
    )
    #expect(try named(in: nil) == named(in: "d"))
  }
}
