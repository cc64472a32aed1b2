// A continuous query is judged as the server will read it when it runs, and forwarded with every name written.

import Testing

@testable import Decision
import Formats

@Suite struct KeptStatementTests {
  private static func create(_ selection: String) -> String {
    let text = "CREATE CONTINUOUS QUERY r ON metrics RESAMPLE EVERY 1s FOR 30d BEGIN \(selection) END"
    return "db=metrics&q=" + text.percentEncoded
  }

  @Test(arguments: [
    #"SELECT "last(*) into metrics.autogen.:measurement from secret.autogen./.*/ group by time(1h), * end --"(v) INTO metrics.autogen.t FROM metrics.autogen.cpu GROUP BY time(1s)"#,
    #"SELECT "max(v) into secret.autogen.planted from metrics.autogen.cpu group by time(1s) end --"(v) INTO metrics.autogen.t FROM metrics.autogen.cpu GROUP BY time(1s)"#,
    #"SELECT DISTINCT "v into secret.autogen.t from metrics.autogen.cpu group by time(1s) end --" INTO t FROM cpu GROUP BY time(1s)"#,
    "SELECT mean(v) * 0.12345 INTO t FROM cpu GROUP BY time(1s)",
  ])
  func refusesWhatIsReadDifferentlyWhenItRuns(selection: String) throws {
    for dialect in [Dialect.influxDB1, .influxDB2] {
      let gate = try Gate(dialect)
      let decision = gate.post("/query", form: Self.create(selection), login: "writer")
      #expect(decision.status == 400, "\(decision.verdict)")
      #expect(decision.refusal?.message.hasPrefix("error parsing query: ") == true)
      #expect(gate.get("/query?" + Self.create(selection), login: "writer").status == 400)
    }
  }

  @Test func refusesAFunctionWhoseNameIsBound() throws {
    let text = "CREATE CONTINUOUS QUERY r ON metrics BEGIN SELECT $f(v) INTO t FROM cpu GROUP BY time(1s) END"
    let parameters = #"{"f":{"identifier":"max(v) into secret.autogen.x from metrics.autogen.cpu end --"}}"#
    let form = "db=metrics&q=\(text.percentEncoded)&params=\(parameters.percentEncoded)"
    #expect(try Gate().post("/query", form: form, login: "writer").status == 400)
  }

  @Test func saysTheDatabaseAndPolicyThatWereDecidedOn() throws {
    let decision = try Gate().post(
      "/query", form: Self.create("SELECT mean(v) INTO t FROM cpu, weekly.mem GROUP BY time(1m)"), login: "writer")
    let expected =
      "CREATE CONTINUOUS QUERY r ON metrics RESAMPLE EVERY 1s FOR 30d BEGIN SELECT mean(v) INTO metrics.autogen.t "
      + "FROM metrics.autogen.cpu, metrics.weekly.mem GROUP BY time(1m) END"
    #expect(decision.form == "db=metrics&q=" + expected.percentEncoded, "\(decision.verdict)")
  }

  /// A text of such characters was cut by their number, and there are fewer of them than bytes: that ended the process.
  @Test func cutsLongMessagesBetweenScalars() throws {
    let family = "👨\u{200D}👩\u{200D}👧\u{200D}👦"
    for long in [String(repeating: family, count: 4_000), "a" + String(repeating: "\u{301}", count: 100_000)] {
      let refusal = try Gate().post("/query", form: "q=" + "SELECT v FROM m \"\(long)\"".percentEncoded).refusal
      #expect(refusal?.status == 400)
      #expect((refusal?.message.utf8.count ?? 0) < 2_200)
    }
  }
}
