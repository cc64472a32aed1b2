// What statements touch, and what gatehouse demands for them.

import InfluxQL
import Testing

private typealias Reference = SourceReference

private func statement(_ text: String) throws -> Statement {
  let statements = try Query(parsing: text).statements
  return try #require(statements.count == 1 ? statements.first : nil)
}

struct ReferenceTests {
  @Test func findsEverySourceOfASelection() throws {
    let reads = try statement(
      "SELECT a FROM m, d.rp.m, /x/, d../y/, (SELECT b FROM e..n, (SELECT c FROM f..o)) WHERE time > 0"
    ).reads
    #expect(
      reads == [
        Reference(database: nil, measurement: .named("m")),
        Reference(database: "d", retentionPolicy: "rp", measurement: .named("m")),
        Reference(database: nil, measurement: .matching("x")),
        Reference(database: "d", measurement: .matching("y")),
        Reference(database: "e", measurement: .named("n")),
        Reference(database: "f", measurement: .named("o")),
      ])
  }

  @Test func findsTargetsEvenInSubqueries() throws {
    let outer = try statement("SELECT v INTO d.rp.t FROM m")
    #expect(outer.writes == [Reference(database: "d", retentionPolicy: "rp", measurement: .named("t"))])
    #expect(outer.isChanging)
    let inner = try statement("SELECT v FROM (SELECT w INTO d..t FROM m)")
    #expect(inner.writes == [Reference(database: "d", measurement: .named("t"))])
    #expect(inner.isChanging)
    let same = try statement("SELECT v INTO d.rp.:MEASUREMENT FROM /x/")
    #expect(same.writes == [Reference(database: "d", retentionPolicy: "rp", measurement: .every)])
  }

  @Test func explainsNeedWhatTheirSelectionsNeed() throws {
    for prefix in ["EXPLAIN", "EXPLAIN ANALYZE", "EXPLAIN ANALYZE VERBOSE"] {
      let explain = try statement("\(prefix) SELECT v INTO d..t FROM e..m")
      let select = try statement("SELECT v INTO d..t FROM e..m")
      #expect(explain.requirements == select.requirements)
      #expect(explain.isChanging)
    }
  }

  @Test func looksForSourcesInTheDatabaseBehindON() throws {
    for what in ["SERIES", "TAG KEYS", "FIELD KEYS", "SERIES EXACT CARDINALITY", "TAG KEY CARDINALITY"] {
      let reads = try statement("SHOW \(what) ON secret FROM m, other..n").reads
      #expect(reads.map(\.database) == ["secret", "secret", "other"], "\(what)")
      #expect(reads.map(\.measurement) == [.every, .named("m"), .named("n")], "\(what)")
    }
    let values = try statement("SHOW TAG VALUES ON a FROM b..c WITH KEY = k")
    #expect(
      values.requirements == [
        .read(Reference(database: "a", extent: .anyPolicy)),
        .read(Reference(database: "b", measurement: .named("c"), extent: .everyPolicy)),
      ])
  }

  @Test func metadataWithoutSourcesIsTheWholeDatabase() throws {
    for text in [
      "SHOW SERIES", "SHOW TAG KEYS", "SHOW TAG VALUES WITH KEY = k", "SHOW FIELD KEYS", "SHOW MEASUREMENTS",
      "SHOW SERIES CARDINALITY", "SHOW SERIES EXACT CARDINALITY", "SHOW MEASUREMENT CARDINALITY",
      "SHOW MEASUREMENT EXACT CARDINALITY", "SHOW TAG KEY CARDINALITY", "SHOW TAG KEY EXACT CARDINALITY",
      "SHOW FIELD KEY CARDINALITY", "SHOW TAG VALUES CARDINALITY WITH KEY = k",
    ] {
      let statement = try statement(text)
      #expect(statement.requirements == [.read(Reference(database: nil, extent: .everyPolicy))], "\(text)")
      #expect(!statement.isChanging)
    }
  }

  @Test func measurementsOfEveryDatabaseTakeAnOperator() throws {
    for text in ["SHOW MEASUREMENTS ON *", "SHOW MEASUREMENTS ON *.*", "SHOW MEASUREMENTS ON *.rp"] {
      #expect(try statement(text).requirements == [.operator], "\(text)")
    }
    #expect(
      try statement("SHOW MEASUREMENTS ON d.rp").requirements == [
        .read(Reference(database: "d", retentionPolicy: "rp"))
      ])
    #expect(
      try statement("SHOW MEASUREMENTS ON d.*").requirements == [.read(Reference(database: "d", extent: .everyPolicy))])
    #expect(
      try statement("SHOW MEASUREMENTS WITH MEASUREMENT = secret..m").reads.map(\.database) == [nil, "secret"])
  }

  @Test func listsAreForFiltering() throws {
    #expect(try statement("SHOW DATABASES").requirements.isEmpty)
    for text in ["SHOW RETENTION POLICIES", "SHOW QUERIES", "SHOW CONTINUOUS QUERIES"] {
      let statement = try statement(text)
      #expect(statement.requirements == [.read(Reference(database: nil, extent: .anyPolicy))], "\(text)")
      #expect(statement.needsFilteredAnswer)
    }
    #expect(
      try statement("SHOW RETENTION POLICIES ON d").requirements == [
        .read(Reference(database: "d", extent: .anyPolicy))
      ])
  }

  @Test func deletionsWriteInTheRequestsDatabase() throws {
    #expect(
      try statement("DELETE FROM m, rp.n").requirements == [
        .write(Reference(database: nil, measurement: .named("m"), extent: .everyPolicy)),
        .write(Reference(database: nil, retentionPolicy: "rp", measurement: .named("n"))),
      ])
    for text in ["DELETE WHERE a = 'b'", "DROP SERIES WHERE a = 'b'"] {
      #expect(try statement(text).requirements == [.write(Reference(database: nil, extent: .everyPolicy))])
    }
    for (text, message) in [
      ("DELETE FROM d..m", "database not supported at line 1, char 1"),
      ("DROP SERIES FROM d..m", "database not supported at line 1, char 1"),
      ("DROP SERIES FROM rp.m", "retention policy not supported at line 1, char 1"),
    ] {
      let error = #expect(throws: ParseError.self) { try Query(parsing: text) }
      #expect(error?.description == message)
    }
  }

  @Test func droppingAMeasurementIsTheOperatorsAndSaysWhatItDrops() throws {
    let drop = try statement("DROP MEASUREMENT m")
    #expect(drop.requirements == [.operator])
    #expect(drop.writes == [Reference(database: nil, measurement: .named("m"), extent: .everyPolicy)])
  }

  @Test func continuousQueriesNeedAllThatTheirBodiesTouch() throws {
    let create = try statement(
      "CREATE CONTINUOUS QUERY c ON mine BEGIN SELECT mean(v) INTO x FROM secret..m, n GROUP BY time(1m) END")
    #expect(
      create.requirements == [
        .read(Reference(database: "mine", extent: .anyPolicy)),
        .read(Reference(database: "secret", measurement: .named("m"))),
        .read(Reference(database: nil, measurement: .named("n"))),
        .write(Reference(database: nil, measurement: .named("x"))),
      ])
    #expect(
      try statement("DROP CONTINUOUS QUERY c ON d").requirements == [
        .write(Reference(database: "d", extent: .anyPolicy))
      ])
  }

  @Test func everythingElseIsTheOperators() throws {
    for text in [
      "SHOW USERS", "SHOW GRANTS FOR u", "SHOW STATS", "SHOW DIAGNOSTICS", "SHOW SHARDS", "SHOW SHARD GROUPS",
      "SHOW SUBSCRIPTIONS", "CREATE DATABASE d", "DROP DATABASE d", "KILL QUERY 1", "DROP SHARD 1",
      "CREATE RETENTION POLICY p ON d DURATION 1h REPLICATION 1", "ALTER RETENTION POLICY p ON d DEFAULT",
      "DROP RETENTION POLICY p ON d", "CREATE USER u WITH PASSWORD 'p'", "DROP USER u", "SET PASSWORD FOR u = 'p'",
      "GRANT ALL TO u", "GRANT READ ON d TO u", "REVOKE ALL FROM u", "REVOKE READ ON d FROM u",
      "CREATE SUBSCRIPTION s ON d.p DESTINATIONS ALL 'a'", "DROP SUBSCRIPTION s ON d.p",
    ] {
      let statement = try statement(text)
      #expect(statement.requirements == [.operator], "\(text)")
      #expect(statement.needsOperator)
      #expect(statement.isChanging == !text.hasPrefix("SHOW"), "\(text)")
    }
  }

  @Test func knowsWhatIsAboutLogins() throws {
    for text in ["SHOW USERS", "SHOW GRANTS FOR u", "DROP USER u", "SET PASSWORD FOR u = 'p'", "GRANT ALL TO u"] {
      #expect(try statement(text).managesLogins, "\(text)")
    }
    #expect(try statement("SHOW DATABASES").managesLogins == false)
  }
}
