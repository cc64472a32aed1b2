// Printing: quotation marks, numbers and durations.

import InfluxQL
import Testing

private func printed(_ text: String) throws -> String { try Query(parsing: text).description }
private func forwarded(_ text: String) throws -> String? { try Query(parsing: text).forwardingText }

struct PrintingTests {
  @Test func quotesNamesThatNeedIt() throws {
    #expect(try printed(#"SELECT "a" FROM "b"."c"."d""#) == "SELECT a FROM b.c.d")
    #expect(
      try printed(#"SELECT "a.b", a.b, "1a", "", "select", "é" FROM "x y""#)
        == #"SELECT "a.b", "a.b", "1a", "", "select", "é" FROM "x y""#)
  }

  @Test func printsNumbersAsReadBack() throws {
    #expect(
      try printed("SELECT 0.00001, 1.0, 100000000000000000000000.5, 123456789.123456789, -.5 FROM m")
        == "SELECT 0.00001, 1.0, 100000000000000010000000.0, 123456789.12345679, -0.5 FROM m")
    #expect(try printed("SELECT v FROM m fill(1.50)") == "SELECT v FROM m fill(1.5)")
    #expect(try printed("SELECT v FROM m fill(100000.0)") == "SELECT v FROM m fill(100000)")
    #expect(try printed("SELECT v FROM m fill(1000000.0)") == "SELECT v FROM m fill(1e+06)")
    #expect(try printed("SELECT v FROM m fill(0.00001)") == "SELECT v FROM m fill(1e-05)")
    #expect(try forwarded("SELECT v FROM m fill(0.00001)") == "SELECT v FROM m fill(0.00001)")
    #expect(
      try printed("SELECT v FROM m fill(1234567890123456789012.0)") == "SELECT v FROM m fill(1.2345678901234568e+21)")
  }

  @Test func forwardsWhatTheServersPrinterLoses() throws {
    #expect(try forwarded(#"SELECT DISTINCT "a b", "f g"(x) FROM m"#) == #"SELECT DISTINCT "a b", "f g"(x) FROM m"#)
    #expect(try printed(#"SELECT DISTINCT "a b" FROM m"#) == "SELECT DISTINCT a b FROM m")
    #expect(try forwarded("SHOW TAG KEYS WITH KEY = k") == "SHOW TAG KEYS WITH KEY = k")
    #expect(try forwarded(#"SHOW MEASUREMENTS ON "a b""#) == #"SHOW MEASUREMENTS ON "a b""#)
    #expect(try forwarded(#"SELECT v INTO "" FROM m"#) == #"SELECT v INTO "" FROM m"#)
    #expect(try forwarded(#"SELECT v INTO r."" FROM m"#) == "SELECT v INTO r.:MEASUREMENT FROM m")
    #expect(try printed(#"SELECT v INTO "" FROM m"#) == "SELECT v INTO :MEASUREMENT FROM m")
    #expect(try forwarded("SELECT a / -b FROM m") == "SELECT a / -b FROM m")
    #expect(try forwarded("CREATE DATABASE d WITH DURATION 1500ms") == "CREATE DATABASE d WITH DURATION 1500ms")
    #expect(try printed("CREATE DATABASE d WITH DURATION 1500ms") == "CREATE DATABASE d WITH DURATION 1.5s")
  }

  @Test func joinsStatements() throws {
    #expect(try printed("SHOW USERS;SHOW STATS") == "SHOW USERS;\nSHOW STATS")
    #expect(try forwarded("SHOW USERS;SHOW STATS") == "SHOW USERS; SHOW STATS")
  }
}
