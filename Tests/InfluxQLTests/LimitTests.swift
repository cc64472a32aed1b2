// Texts made to hurt: deep nesting, great length, and bytes in any order.

import InfluxQL
import Testing

private func nested(_ depth: Int, _ opening: String, _ core: String, _ closing: String) -> String {
  String(repeating: opening, count: depth) + core + String(repeating: closing, count: depth)
}

struct LimitTests {
  @Test(arguments: [100, 101, 10_000, 200_000])
  func nestsToAHundredAndNoDeeper(depth: Int) {
    for text in [
      "SELECT v FROM m WHERE " + nested(depth, "(", "1", ")"), "SELECT " + nested(depth, "f(", "v", ")") + " FROM m",
      "SELECT v FROM " + nested(depth, "(SELECT v FROM ", "m", ")"),
      "SELECT v FROM m WHERE " + nested(depth, "-(", "1", ")"),
    ] {
      do {
        let query = try Query(parsing: text)
        #expect(depth <= 100)
        #expect(query.description == text.replacing("-(", with: "-1 * ("))
        #expect(!query.statements[0].requirements.isEmpty)
      } catch {
        #expect(depth > 100)
        #expect(error.description.hasPrefix("nested deeper than 100 levels at line 1, char "))
      }
    }
  }

  @Test func refusesBracketsThatNeverClose() {
    #expect(throws: ParseError.self) { try Query(parsing: String(repeating: "(", count: 1_000_000)) }
    #expect(throws: ParseError.self) {
      try Query(parsing: "SELECT v FROM m WHERE " + String(repeating: "a = (", count: 300_000))
    }
  }

  @Test func readsLongRowsWithoutNesting() throws {
    let terms = String(repeating: "a = 1 OR ", count: 12_000)
    let query = try Query(parsing: "SELECT v FROM m WHERE \(terms)a = 1")
    #expect(query.statements.count == 1)
    #expect(query.description.utf8.count > 100_000)
    #expect(try Query(parsing: String(repeating: "SHOW DATABASES;", count: 20_000)).statements.count == 20_000)
  }

  @Test(arguments: ["SELECT v FROM m", "SELECT v FROM m WHERE a = 1", "SHOW DATABASES;"])
  func refusesMoreThanAHundredThousandTokens(start: String) throws {
    let more = start.hasSuffix(";") ? "SHOW DATABASES;" : start.hasSuffix("1") ? " OR a = 1" : ",m"
    func text(_ count: Int) -> String { start + String(repeating: more, count: count) }
    let shortest = more == ",m" ? 2 : more.utf8.filter { $0 == 0x20 }.count * 2 + 2
    #expect(throws: Never.self) { try Query(parsing: text(90_000 / shortest)) }
    #expect(throws: ParseError.self) { try Query(parsing: text(200_000 / shortest)) }
  }

  /// Pieces of statements, cut and joined at random with a fixed seed: the parser may refuse, and must not trap.
  @Test func neverTrapsOnMutatedText() {
    var generator = Generator(state: 0x9E37_79B9_7F4A_7C15)
    let parameters: [Name: BoundParameter] = ["p": .regex("a"), "q": .identifier("x"), "r": .invalid("no")]
    for _ in 0..<30_000 {
      var text = pieces[generator.below(pieces.count)]
      for _ in 0..<generator.below(6) {
        let piece = pieces[generator.below(pieces.count)]
        let place = generator.below(text.count + 1)
        let end = min(text.count, place + generator.below(4))
        text.replaceSubrange(place..<end, with: piece.prefix(generator.below(piece.count + 1)))
      }
      if let query = try? Query(parsing: text, parameters: parameters) {
        for statement in query.statements { _ = (statement.description, statement.requirements, statement.isChanging) }
        if let forwarded = query.forwardingText {
          let again = try? Query(parsing: forwarded)
          #expect(again == query, "\(forwarded)")
        }
      }
      _ = Query.redactingSecrets(in: text)
    }
  }
}

/// xorshift64*
private struct Generator {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
  }
}

private let pieces: [[UInt8]] =
  [
    "SELECT mean(\"v\"), * INTO d.rp.t FROM d..m, /x\\/y/, (SELECT 1.5 FROM $q..n) WHERE a =~ /b/ AND t > now() - 1h",
    " GROUP BY time(10s, -1m), \"h\", /k/ fill(-1.5) ORDER BY time DESC LIMIT 10 SLIMIT 3 tz('UTC')",
    "CREATE CONTINUOUS QUERY c ON d RESAMPLE EVERY 1m BEGIN SELECT mean(v) INTO t FROM m GROUP BY time(5m) END;",
    "CREATE DATABASE d WITH DURATION 3d REPLICATION 1 SHARD DURATION 1h NAME \"n\"", "SHOW TAG VALUES ON d FROM m",
    "WITH KEY IN (a, \"b\")", "CREATE USER u WITH PASSWORD 'p' WITH ALL PRIVILEGES", "SET PASSWORD FOR u = 'p'",
    "ALTER RETENTION POLICY default ON d DURATION INF DEFAULT", "DELETE FROM rp.m WHERE $p = 'x'", "KILL QUERY 1 ON h",
    "/*", "*/", "--", "\n", "\r", "\"", "'", "\\", "/", "$", "$p", "$r", "(", ")", ".", "..", ":MEASUREMENT", "::",
    "9223372036854775808", "-", "1h", "5x", ";", "\0", "µ", "é", "DISTINCT ", "EXPLAIN ANALYZE ", "foo\"bar\"",
  ].map { Array($0.utf8) } + [[0xFF], [0xE2, 0x82], [0xC2], [0xF0, 0x9F, 0x98, 0x80]]
