// Every statement of the language: read, recognised and printed.

import InfluxQL
import Testing

/// A statement, what it is, and how a server prints it where that differs.
private let statements: [(StatementKind, text: String, printed: String?)] = [
  (.select, "SELECT v FROM m", nil),
  (
    .select, "select * from m, /x.*/, rp.m, db.rp.m, db..m, rp./x/, db.rp./x/, db../x/",
    "SELECT * FROM m, /x.*/, rp.m, db.rp.m, db..m, rp./x/, db.rp./x/, db../x/"
  ),
  (
    .select,
    "SELECT mean(v) AS \"a b\", /re/ INTO rp.t FROM m WHERE h = 'x' AND time > now() - 1h GROUP BY time(10s), h, /t/ "
      + "fill(previous) ORDER BY time DESC LIMIT 1 OFFSET 2 SLIMIT 3 SOFFSET 4 tz('Europe/Berlin')",
    "SELECT mean(v) AS \"a b\", /re/ INTO rp.t FROM m WHERE h = 'x' AND time > now() - 1h GROUP BY time(10s), h, /t/ "
      + "fill(previous) ORDER BY time DESC LIMIT 1 OFFSET 2 SLIMIT 3 SOFFSET 4 TZ('Europe/Berlin')"
  ),
  (.select, "SELECT sum(x) FROM (SELECT max(v) AS x FROM a..b GROUP BY h), c", nil),
  (.select, "SELECT v INTO db.rp.:MEASUREMENT FROM /.*/", nil),
  (
    .select, "SELECT v::field, t::tag, x::INTEGER, *::tag FROM m fill(0)",
    "SELECT v::field, t::tag, x::integer, *::tag FROM m fill(0)"
  ),
  (
    .select, "SELECT DISTINCT v, distinct(w), COUNT(DISTINCT x) FROM m",
    "SELECT DISTINCT v, distinct(w), count(DISTINCT x) FROM m"
  ),
  (
    .select, "SELECT -v + -f(1) - -(2), -1, +3, -2.50, 1h30m FROM m",
    "SELECT -1 * v + -1 * f(1) - -1 * (2), -1, 3, -2.5, 90m FROM m"
  ),
  (.explain, "EXPLAIN SELECT v FROM m", nil),
  (.explain, "explain analyze verbose select v from m", "EXPLAIN ANALYZE VERBOSE SELECT v FROM m"),
  (.delete, "DELETE FROM m WHERE time < 5", nil),
  (.delete, "DELETE FROM rp.m, /x/", nil),
  (.delete, "DELETE WHERE h = 'x'", nil),
  (.showContinuousQueries, "SHOW CONTINUOUS QUERIES", nil),
  (.showDatabases, "show databases", "SHOW DATABASES"),
  (.showDiagnostics, "SHOW DIAGNOSTICS FOR 'build'", nil),
  (
    .showFieldKeyCardinality, "SHOW FIELD KEY EXACT CARDINALITY ON d FROM m WHERE a = 'b' GROUP BY c LIMIT 1 OFFSET 2",
    nil
  ),
  (.showFieldKeys, "SHOW FIELD KEYS ON d FROM m ORDER BY ASC LIMIT 1 OFFSET 2", nil),
  (.showGrants, "SHOW GRANTS FOR \"a b\"", nil),
  (.showMeasurementCardinality, "SHOW MEASUREMENT CARDINALITY", nil),
  (.showMeasurementCardinality, "SHOW MEASUREMENT EXACT CARDINALITY ON d FROM m", nil),
  (
    .showMeasurements,
    "SHOW MEASUREMENTS ON d WITH MEASUREMENT =~ /x/ WHERE h = 'x' ORDER BY time ASC LIMIT 1 OFFSET 2", nil
  ),
  (.showMeasurements, "SHOW MEASUREMENTS ON *.*", nil),
  (.showMeasurements, "SHOW MEASUREMENTS ON d.rp WITH MEASUREMENT = m", nil),
  (.showQueries, "SHOW QUERIES", nil),
  (.showRetentionPolicies, "SHOW RETENTION POLICIES", nil),
  (.showRetentionPolicies, "SHOW RETENTION POLICIES ON d", nil),
  (.showSeries, "SHOW SERIES ON d FROM m WHERE h = 'x' ORDER BY DESC LIMIT 1 OFFSET 2", nil),
  (.showSeriesCardinality, "SHOW SERIES EXACT CARDINALITY ON d", nil),
  (.showShardGroups, "SHOW SHARD GROUPS", nil),
  (.showShards, "SHOW SHARDS", nil),
  (.showStats, "SHOW STATS FOR 'indexes'", nil),
  (.showSubscriptions, "SHOW SUBSCRIPTIONS", nil),
  (.showTagKeyCardinality, "SHOW TAG KEY CARDINALITY FROM m", nil),
  (.showTagKeys, "SHOW TAG KEYS ON d FROM m WHERE h = 'x' LIMIT 1 OFFSET 2 SLIMIT 3 SOFFSET 4", nil),
  (.showTagKeys, "SHOW TAG KEYS WITH KEY IN (a, b)", "SHOW TAG KEYS"),
  (.showTagValues, "SHOW TAG VALUES ON d FROM m WITH KEY IN (a, \"b c\") WHERE h = 'x' LIMIT 1", nil),
  (.showTagValues, "SHOW TAG VALUES WITH KEY !~ /a/", nil),
  (.showTagValues, "SHOW TAG VALUES WITH KEY != \"a b\"", nil),
  (.showTagValuesCardinality, "SHOW TAG VALUES EXACT CARDINALITY WITH KEY = k", nil),
  (.showUsers, "SHOW USERS", nil),
  (
    .createContinuousQuery,
    "CREATE CONTINUOUS QUERY c ON d RESAMPLE EVERY 1m FOR 2h BEGIN SELECT mean(v) INTO t FROM m GROUP BY time(5m) END",
    nil
  ),
  (.createDatabase, "CREATE DATABASE d", nil),
  (
    .createDatabase,
    "CREATE DATABASE d WITH DURATION 1d REPLICATION 1 SHARD DURATION 90m FUTURE LIMIT 1h PAST LIMIT 2h NAME n",
    "CREATE DATABASE d WITH DURATION 24h0m0s REPLICATION 1 SHARD DURATION 1h30m0s FUTURE LIMIT 1h PAST LIMIT 2h NAME n"
  ),
  (
    .createRetentionPolicy, "CREATE RETENTION POLICY p ON d DURATION INF REPLICATION 1 DEFAULT",
    "CREATE RETENTION POLICY p ON d DURATION 0s REPLICATION 1 DEFAULT"
  ),
  (.createSubscription, "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ANY 'udp://h:9', 'http://i'", nil),
  (
    .createUser, "CREATE USER u WITH PASSWORD 'it\\'s' WITH ALL PRIVILEGES",
    "CREATE USER u WITH PASSWORD [REDACTED] WITH ALL PRIVILEGES"
  ),
  (
    .alterRetentionPolicy, "ALTER RETENTION POLICY default ON d SHARD DURATION 1h DEFAULT DURATION 7d REPLICATION 2",
    "ALTER RETENTION POLICY \"default\" ON d DURATION 1w REPLICATION 2 SHARD DURATION 1h DEFAULT"
  ),
  (.dropContinuousQuery, "DROP CONTINUOUS QUERY c ON d", nil),
  (.dropDatabase, "DROP DATABASE d", nil),
  (.dropMeasurement, "DROP MEASUREMENT \"a b\"", nil),
  (.dropRetentionPolicy, "DROP RETENTION POLICY p ON d", nil),
  (.dropSeries, "DROP SERIES FROM m WHERE h = 'x'", nil),
  (.dropShard, "DROP SHARD 3", nil),
  (.dropSubscription, "DROP SUBSCRIPTION s ON d.p", nil),
  (.dropUser, "DROP USER u", nil),
  (.grant, "GRANT READ ON d TO u", nil),
  (.grant, "GRANT ALL ON d TO u", "GRANT ALL PRIVILEGES ON d TO u"),
  (.grantAdmin, "GRANT ALL TO u", "GRANT ALL PRIVILEGES TO u"),
  (.revoke, "REVOKE WRITE ON d FROM u", nil),
  (.revokeAdmin, "REVOKE ALL PRIVILEGES FROM u", nil),
  (.setPassword, "SET PASSWORD FOR u = 'secret'", "SET PASSWORD FOR u = [REDACTED]"),
  (.killQuery, "KILL QUERY 7 ON \"host:8088\"", nil),
]

struct StatementTests {
  @Test func readsEveryKindOfStatement() {
    #expect(Set(statements.map(\.0)) == Set(StatementKind.allCases))
  }

  @Test func recognisesAndPrintsThem() throws {
    for (kind, text, printed) in statements {
      let query = try Query(parsing: text)
      #expect(query.statements.map(\.kind) == [kind], "\(text)")
      #expect(query.description == printed ?? text)
    }
  }

  @Test func forwardsTextThatReadsBackTheSame() throws {
    for (kind, text, _) in statements where kind != .createUser && kind != .setPassword {
      let query = try Query(parsing: text)
      let forwarded = try #require(query.forwardingText)
      #expect(try Query(parsing: forwarded) == query, "\(forwarded)")
    }
  }

  @Test func refusesThemWhenTheyAreCutShort() throws {
    for (_, text, _) in statements {
      let words = text.split(separator: " ")
      guard let whole = try? Query(parsing: text) else { continue }
      for count in 1..<words.count {
        // Some beginnings are statements themselves; none may trap.
        if let part = try? Query(parsing: words.prefix(count).joined(separator: " ")) { #expect(part != whole) }
      }
    }
  }

  @Test func takesKeywordsInAnyCaseAndKeepsTheCaseOfNames() throws {
    let query = try Query(parsing: "sElEcT Value FrOm CPU wHeRe Host = 'A'")
    #expect(query.description == "SELECT Value FROM CPU WHERE Host = 'A'")
  }

  @Test func countsNoStatementsInBlanksAndSemicolons() throws {
    for text in ["", " \n\t", ";", ";;; ;", "-- nothing", "/* nothing */", ";-- x\n;"] {
      #expect(try Query(parsing: text).statements.isEmpty, "\(text)")
    }
  }

  @Test func separatesStatementsBySemicolonsOnly() throws {
    #expect(try Query(parsing: ";SHOW DATABASES;;show users;").statements.map(\.kind) == [.showDatabases, .showUsers])
    let error = #expect(throws: ParseError.self) { try Query(parsing: "SHOW DATABASES SHOW USERS") }
    #expect(error?.description == "found SHOW, expected ; at line 1, char 16")
  }
}
