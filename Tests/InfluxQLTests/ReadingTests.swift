// The oddities of the server's reading, each of which could hide a name from a checker that reads otherwise.

import InfluxQL
import Testing

/// What a text is read as, printed; or the error.
private func reading(_ text: String) -> String {
  do { return try Query(parsing: text).description } catch { return error.description }
}

private func reading(_ bytes: [UInt8]) -> String {
  do { return try Query(parsing: bytes).description } catch { return error.description }
}

struct ReadingTests {
  @Test func takesTwoPartsForPolicyAndMeasurement() throws {
    let reference = try #require(try Query(parsing: "SELECT v FROM secret.m").statements.first?.reads.first)
    #expect(reference.database == nil)
    #expect(reference.retentionPolicy == "secret")
  }

  @Test func takesEmptyNamesForAbsentOnes() throws {
    let reads = try Query(parsing: #"SELECT v FROM "".rp.m, "d"."".m, "".m"#).statements[0].reads
    #expect(reads.map(\.database) == [nil, "d", nil])
    #expect(reads.map(\.retentionPolicy) == ["rp", nil, nil])
  }

  @Test func dropsABareWordBeforeAQuotedOne() {
    #expect(reading(#"SELECT v FROM cpu"secret".."x""#) == "SELECT v FROM secret..x")
    #expect(reading(#"SELECT v FROM a FROM"b""#) == "found b, expected ; at line 1, char 17")
    #expect(reading(#"SELECT"v" FROM m"#).hasPrefix("found v, expected SELECT, DELETE"))
  }

  @Test func resolvesEscapesInNames() throws {
    #expect(reading(#"SELECT v FROM "a\"b\\c\n\'d".."m""#) == #"SELECT v FROM "a\"b\\c\n'd"..m"#)
    #expect(reading(#"SELECT v FROM "a\x""#) == #"found \x, expected identifier at line 1, char 18"#)
    #expect(reading(#"SELECT v FROM "a"#) == "found a, expected identifier at line 1, char 14")
    #expect(reading("SELECT v FROM \"a\nb\"") == "found a, expected identifier at line 1, char 14")
  }

  @Test func skipsCommentsToTheirEnds() {
    #expect(reading("SELECT v FROM a -- , b\n, c") == "SELECT v FROM a, c")
    #expect(reading("SELECT v FROM a -- , b\r, c") == "SELECT v FROM a, c")
    #expect(reading("SELECT v FROM a, b /***/") == "found  , expected regex at line 1, char 19")
    #expect(reading("SELECT v /* , b **/ , c FROM m /***/") == "found  , expected regex at line 1, char 31")
    #expect(reading("SELECT v /* , b **/ , c FROM m WHERE a = 1 /***/") == "SELECT v, c FROM m WHERE a = 1")
    #expect(reading("SELECT v FROM a WHERE b = 1 /* , b") == "found ILLEGAL, expected ; at line 1, char 29")
    #expect(reading("SELECT v FROM a --") == "SELECT v FROM a")
    #expect(reading("SELECT a/**/FROM m") == "SELECT a FROM m")
  }

  @Test func readsACommentAsRegexWhereOneMayStand() {
    #expect(
      reading("SELECT /* v */ a FROM m")
        == "error parsing regexp: missing argument to repetition operator: `*` at line 1, char 7")
    #expect(reading("SELECT v FROM /a/ , b") == "SELECT v FROM /a/, b")
    #expect(reading("SELECT v FROM a /b/") == "found  , expected regex at line 1, char 16")
    #expect(reading("SELECT v FROM a,/b/") == "found ,, expected regex at line 1, char 16")
    #expect(reading("SELECT v FROM a, /b/") == "SELECT v FROM a, /b/")
  }

  @Test func divideStandsWhereNoRegexMay() {
    #expect(reading("SELECT a / b, c/d FROM m") == "SELECT a / b, c / d FROM m")
    #expect(reading("SELECT v FROM m WHERE a = /b/").hasPrefix("found /, expected identifier, string"))
    #expect(reading("SELECT v FROM m WHERE a =~ 'b'").hasPrefix("found b, expected regex"))
  }

  @Test func protectsNothingButSlashesInRegexes() {
    #expect(reading(#"SELECT v FROM /a\/b/"#) == #"SELECT v FROM /a\/b/"#)
    #expect(reading(#"SELECT v FROM /a\\/, b/"#) == #"SELECT v FROM /a\\/, b/"#)
    #expect(reading("SELECT v FROM /a\nb/") == "bad regex:  at line 1, char 14")
    #expect(reading("SELECT v FROM /a") == "bad regex:  at line 1, char 14")
  }

  @Test func refusesRegexesThatCannotBe() {
    for pattern in ["*", "a|*", "(", ")", "(a", "[a", "+"] {
      #expect(reading("SELECT v FROM /\(pattern)/").contains("error parsing regexp"), "\(pattern)")
    }
    for pattern in [
      #"\("#, "[(]", "[]a]", "[^]a]", "[[:alpha:]*]", "(?i)a", "(?:a|b)*", "^*", "a{2,3}?", #"\Q(\E"#, "]",
    ] {
      #expect(reading("SELECT v FROM /\(pattern)/") == "SELECT v FROM /\(pattern)/", "\(pattern)")
    }
  }

  @Test func refusesTextWithNUL() {
    for text in ["SELECT v FROM a\0", "\0", "SELECT v FROM \"a\0b\"", "SELECT v FROM a --\0\n, b", "SHOW DATABASES;\0"]
    {
      #expect(throws: ParseError.self) { try Query(parsing: text) }
    }
  }

  @Test func repairsBrokenUTF8ByteByByte() throws {
    let text = Array("SELECT v FROM \"a".utf8) + [0xE2, 0x82, 0xFF, 0xC0, 0x80] + Array("\"..m".utf8)
    #expect(try Query(parsing: text).statements[0].reads[0].database == "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(reading(Array("SELECT v FROM m".utf8) + [0xFF]) == "found \u{FFFD}, expected ; at line 1, char 16")
  }

  @Test func knowsThreeBlanksAndNoOthers() {
    #expect(reading("SELECT\tv\r\nFROM\nm") == "SELECT v FROM m")
    for blank in ["\u{A0}", "\u{2003}", "\u{2028}", "\u{0B}", "\u{0C}", "\u{85}"] {
      #expect(throws: ParseError.self) { try Query(parsing: "SELECT v\(blank)FROM m") }
    }
  }

  @Test func readsNumbersAsTheServerDoes() {
    #expect(reading("SELECT 1. FROM m") == "SELECT 1.0 FROM m")
    #expect(reading("SELECT .5, 1.5.5 FROM m") == "found .5, expected FROM at line 1, char 15")
    #expect(
      reading("SELECT 9223372036854775808, -9223372036854775808 FROM m")
        == "SELECT 9223372036854775808, -9223372036854775808 FROM m")
    #expect(reading("SELECT 18446744073709551616 FROM m") == "unable to parse integer at line 1, char 8")
    #expect(reading("SELECT -9223372036854775809 FROM m") == "constant -9223372036854775809 underflows int64")
    #expect(reading("SELECT 1h30m5s4ms3u2ns, 3µ, 60m FROM m") == "SELECT 5405004003002ns, 3u, 1h FROM m")
    #expect(reading("SELECT 5x FROM m") == "invalid duration")
    #expect(reading("SELECT v FROM m LIMIT 99999999999999999999") == "SELECT v FROM m LIMIT 9223372036854775807")
    #expect(reading("SELECT v FROM m LIMIT -1") == "found -, expected integer at line 1, char 23")
  }

  @Test func takesNewKeywordsForTheNamesThatTheyWere() {
    #expect(reading("SELECT future, past FROM verbose") == #"SELECT "future", "past" FROM "verbose""#)
    #expect(reading(#"CREATE DATABASE d WITH "future" LIMIT 1h"#).hasPrefix("found future, expected DURATION"))
  }

  @Test func refusesWhatServersReadDifferently() throws {
    #expect(reading("SHOW FIELD KEYS ON 'secret' FROM m") == "found secret, expected identifier at line 1, char 19")
  }

  @Test func countsPlacesInCharactersAndLines() {
    let error = #expect(throws: ParseError.self) { try Query(parsing: "SELECT 'é\u{1F600}'\r\n  FROM m\r;\n nope") }
    #expect(error?.position.line == 4)
    #expect(error?.position.character == 2)
  }

  @Test func saysWhereTheTextEnds() {
    #expect(reading("SELECT v FROM") == "found EOF, expected identifier at line 1, char 15")
    #expect(reading("SELECT v FROM ") == "found EOF, expected identifier at line 1, char 16")
    #expect(reading("SELECT v FROM m,") == "found EOF, expected identifier at line 1, char 18")
    #expect(reading("DELETE") == "found EOF, expected FROM, WHERE at line 1, char 8")
    #expect(reading("SELECT v FROM (SELECT w FROM m") == "found EOF, expected ) at line 1, char 32")
  }
}
