// What a query's text touches decides who may send it.

import Testing

@testable import Access
@testable import Decision
import Formats

@Suite struct QueryTouchTests {
  @Test(arguments: [
    "SELECT v FROM cpu", "SELECT v FROM metrics..cpu", "SELECT v FROM metrics.weekly.cpu", "SELECT v FROM /c.*/",
    "SELECT v FROM (SELECT v FROM weekly.cpu)", "SHOW MEASUREMENTS", "SHOW TAG KEYS ON metrics",
    "SHOW FIELD KEYS FROM cpu", "SHOW RETENTION POLICIES ON metrics", "SHOW SERIES FROM cpu", "select v from cpu -- x",
    "SHOW TAG VALUES WITH KEY = host",
  ])
  func permitsReaderOfItsDatabase(text: String) throws {
    #expect(try Gate().post("/query", form: form(text)).isPermitted)
  }

  @Test(arguments: [
    "SELECT v FROM secret..cpu", "SELECT v FROM secret.autogen.cpu", "SELECT v FROM cpu, secret..cpu",
    "SELECT v FROM (SELECT v FROM secret..cpu)", "SELECT v FROM \"secret\"..\"cpu\"", "SELECT v FROM secret../.*/",
    "SHOW MEASUREMENTS ON secret", "SHOW TAG KEYS ON secret FROM cpu", "SHOW SERIES FROM secret..vault",
    "SHOW TAG VALUES ON secret WITH KEY = host", "SHOW FIELD KEYS ON secret", "SHOW RETENTION POLICIES ON secret",
    "SELECT v INTO metrics..x FROM cpu", "SELECT v INTO x FROM secret..cpu", "DROP DATABASE metrics",
    "DELETE FROM cpu", "DROP MEASUREMENT cpu", "SELECT v FROM cpu; DROP DATABASE metrics",
    "SELECT v FROM cpu; SELECT v FROM secret..cpu", "CREATE USER x WITH PASSWORD 'y'", "SHOW USERS",
    "SHOW GRANTS FOR x",
    "EXPLAIN ANALYZE SELECT v FROM secret..cpu", "KILL QUERY 1", "GRANT ALL TO reader",
    "CREATE CONTINUOUS QUERY q ON metrics BEGIN SELECT mean(v) INTO x FROM secret..cpu GROUP BY time(1h) END",
  ])
  func refusesWhatReachesFurther(text: String) throws {
    let gate = try Gate()
    #expect(gate.post("/query", form: form(text)).status == 403)
    #expect(gate.get("/query?\(form(text))").status == 403)
  }

  @Test(arguments: [
    "SELECT v INTO copy FROM cpu", "SELECT v INTO metrics.weekly.copy FROM metrics..cpu", "DELETE FROM cpu",
    "SELECT v FROM cpu; SELECT v FROM weekly.cpu",
  ])
  func permitsWriterToChangeItsDatabase(text: String) throws {
    let decision = try Gate().post("/query", form: form(text), login: "writer")
    #expect(decision.isPermitted, "\(decision.verdict)")
    #expect(decision.request?.isRepeatable == !(text.contains("INTO") || text.contains("DELETE")))
  }

  @Test(arguments: [
    "SELECT v INTO secret..copy FROM cpu", "SELECT v INTO copy FROM secret..cpu", "DROP DATABASE metrics",
  ])
  func refusesWriterWhatReachesFurther(text: String) throws {
    #expect(try Gate().post("/query", form: form(text), login: "writer").status == 403)
  }

  @Test(arguments: ["SELEC v FROM cpu", "SELECT v FROM", "SELECT 'x FROM cpu", "/* SELECT v FROM cpu"])
  func refusesTextThatItCannotRead(text: String) throws {
    let refusal = try Gate().post("/query", form: form(text)).refusal
    #expect(refusal?.status == 400)
    #expect(refusal?.message.hasPrefix("error parsing query: ") == true)
  }

  @Test func decidesOnParametersPutIn() throws {
    let gate = try Gate()
    let bound = "SELECT v FROM cpu WHERE host = $h"
    #expect(gate.post("/query", form: form(bound) + "&params=%7B%22h%22%3A%22a%22%7D").isPermitted)
    #expect(gate.post("/query", form: form(bound) + "&params=%5B%5D").status == 400)
    #expect(gate.post("/query", form: form(bound) + "&params=%7B").status == 400)
    #expect(gate.post("/query", form: form(bound)).status == 400)
    let identifier = "SELECT v FROM $d..cpu&params=%7B%22d%22%3A%7B%22identifier%22%3A%22secret%22%7D%7D"
    #expect(
      [400, 403].contains(gate.post("/query", form: "db=metrics&q=" + identifier.replacing(" ", with: "+")).status))
  }

  @Test func showsOnlyDatabasesThatTheLoginMayUse() throws {
    let text = "q=SHOW+DATABASES"
    func names(_ login: String) throws -> String {
      String(decoding: try Gate().get("/query?\(text)", login: login).answer?.body ?? [], as: UTF8.self)
    }
    #expect(try names("reader").contains("\"values\":[[\"metrics\"]]"))
    #expect(try !names("reader").contains("secret"))
    #expect(try names("every").contains("[[\"metrics\"],[\"secret\"],[\"bare\"]]"))
    #expect(try !names("nobody").contains("values"))
    #expect(try Gate().get("/query?\(text)", login: nil).status == 401)
  }

  @Test func namesStatementAndPrivilegeInTheDenial() throws {
    let refusal = try Gate().get("/query?db=metrics&q=SELECT+v+FROM+secret..cpu").refusal
    #expect(
      refusal?.message == "error authorizing query: reader not authorized to execute statement "
        + "'SELECT v FROM secret..cpu', requires READ on secret")
    #expect(
      try Gate().get("/query?q=DROP+DATABASE+metrics").refusal?.message
        == "error authorizing query: reader not authorized to execute statement 'DROP DATABASE metrics', "
        + "requires admin privilege")
  }

  @Test func neverRepeatsAPasswordInADenial() throws {
    for text in ["CREATE USER x WITH PASSWORD 'hunter2'", "SET PASSWORD FOR x = 'hunter2'"] {
      let refusal = try Gate().get("/query?\(form(text))").refusal
      #expect(refusal != nil)
      #expect(refusal?.message.contains("hunter2") == false)
      #expect(refusal?.detail?.contains("hunter2") != true)
    }
  }

  private func form(_ text: String) -> String {
    "db=metrics&q="
      + text.replacing("%", with: "%25").replacing(";", with: "%3B").replacing("+", with: "%2B").replacing(
        " ", with: "+")
  }
}
