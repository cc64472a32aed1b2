// Which credential counts, and what a wrong one is answered (security B4, row 30; `v1-auth.md` §1 and §2).

import Authorizations
import Formats
import Testing

@testable import Access
@testable import Decision

private let basicReader = "Authorization: Basic cmVhZGVyOnB3"
private let basicWriter = "Authorization: Basic d3JpdGVyOnB3"

@Suite struct CredentialPrecedenceTests {
  private let target = "/write?db=metrics"

  @Test(arguments: [
    "Authorization: Basic d3JpdGVyOnB3", "Authorization: BASIC d3JpdGVyOnB3", "Authorization: Token writer:pw",
  ])
  func takesLoginFromHeader(field: String) throws {
    let decision = try Gate().write(target, login: nil, field)
    #expect(decision.isPermitted)
    #expect(decision.notes.login == "writer")
  }

  @Test(arguments: ["u=writer&p=pw", "%75=wr%69ter&%70=pw", "u=writer&u=reader&p=pw&p=x"])
  func takesLoginFromURL(pair: String) throws {
    #expect(try Gate().write("\(target)&\(pair)", login: nil).isPermitted)
  }

  @Test func prefersRightURLOverWrongHeader() throws {
    #expect(try Gate().write("\(target)&u=writer&p=pw", login: nil, "Authorization: Basic eDp5").isPermitted)
  }

  @Test func refusesWrongURLDespiteRightHeader() throws {
    #expect(try Gate().write("\(target)&u=writer&p=wrong", login: nil, basicWriter).status == 401)
  }

  @Test func decidesByTheURLsLoginWhereBothAreRight() throws {
    #expect(try Gate().write("\(target)&u=reader&p=pw", login: nil, basicWriter).status == 403)
    #expect(try Gate().write("\(target)&u=writer&p=pw", login: nil, basicReader).notes.login == "writer")
  }

  @Test(arguments: ["u=writer", "p=pw", "u=writer&p=", "u=&p=pw", "u=&u=writer&p=pw"])
  func ignoresIncompleteURLPair(pair: String) throws {
    #expect(try Gate().write("\(target)&\(pair)", login: nil, basicReader).status == 403)
    #expect(try Gate().write("\(target)&\(pair)", login: nil).status == 401)
  }

  @Test func refusesTwoAuthorizationFields() throws {
    for second in [basicWriter, basicReader, "Authorization: ", "authorization: x"] {
      #expect(try Gate().write(target, login: nil, basicWriter, second).status == 400)
      #expect(try Gate().write("\(target)&u=writer&p=pw", login: nil, basicWriter, second).status == 400)
    }
  }

  @Test func ignoresCredentialInForm() throws {
    #expect(try Gate().post("/query", form: "u=reader&p=pw&db=metrics&q=SELECT+v+FROM+cpu", login: nil).status == 401)
  }

  @Test(arguments: [
    ("", "unable to parse authentication credentials"),
    ("Authorization:", "unable to parse authentication credentials"),
    ("Authorization: Basic d3JpdGVyOnB3 ", ""),
    ("Authorization: Basic  d3JpdGVyOnB3", "unable to parse authentication credentials"),
    ("Authorization: Basic OnB3", "username required"), ("Authorization: Bearer x", "bearer auth disabled"),
    ("Authorization: token writer:pw", "unable to parse authentication credentials"),
    ("Authorization: Basic d3JpdGVyOng=", "authorization failed"),
    ("Authorization: Basic eDp5", "authorization failed"), ("Authorization: Token inactive:pw", "authorization failed"),
    ("Authorization: Token writer:", "authorization failed"),
  ])
  func saysWhatIsWrongAs1x(field: String, message: String) throws {
    let decision = try Gate().write(target, login: nil, field.isEmpty ? "X: y" : field)
    #expect(decision.status == (message.isEmpty ? nil : 401))
    #expect(decision.refusal?.message ?? "" == message)
  }

  @Test func verifiesUnknownInactiveAndWrongAlike() throws {
    for credential in ["unknown:pw", "inactive:pw", "writer:wrong"] {
      let decision = try Gate().write(target, login: nil, "Authorization: Token \(credential)")
      #expect(decision.steps == ["verify"])
      #expect(decision.refusal?.message == "authorization failed")
    }
  }

  @Test func verifiesAPasswordOnce() throws {
    let gate = try Gate()
    #expect(gate.write(target).steps == ["verify"])
    gate.memo = DecisionMemo()
    #expect(gate.write(target).steps == [])
  }

  @Test func takesTokenOfOursAsEveryScheme() throws {
    let (token, text) = World.token([World.permission(.write, "metrics/*")])
    for field in ["Token \(text)", "Bearer \(text)", "token \(text)", "Token any:\(text)"] {
      let decision = try Gate(tokens: [token]).write(target, login: nil, "Authorization: \(field)")
      #expect(decision.isPermitted, "\(field.prefix(6))")
    }
    #expect(try Gate(tokens: [token]).write("\(target)&u=any&p=\(text)", login: nil).isPermitted)
  }

  @Test func refusesInactiveTokenOfOurs() throws {
    var (token, text) = World.token([World.permission(.write, "metrics/*")])
    token.status = .inactive
    for dialect in [Dialect.influxDB1, .influxDB2] {
      let decision = try Gate(dialect, tokens: [token]).write(target, login: nil, "Authorization: Token \(text)")
      #expect(decision.status == 401)
    }
  }

  @Test func answersFullQueueWith503() throws {
    let gate = try Gate { $0.queue = 1 }
    gate.fillHashQueue()
    let decision = gate.write(target)
    #expect(decision.status == 503)
    #expect((decision.refusal?.retryAfter ?? 0) > 0)
  }

  @Test func answersTooManyFailuresWith503() throws {
    let gate = try Gate()
    var decision = gate.write(target, login: nil, "Authorization: Token writer:wrong")
    for i in 0..<1_000 where decision.status == 401 {
      decision = gate.write(target, login: nil, "Authorization: Token writer:wrong-\(i)")
    }
    #expect(decision.status == 503)
    #expect((decision.refusal?.retryAfter ?? 0) > 0)
  }
}
