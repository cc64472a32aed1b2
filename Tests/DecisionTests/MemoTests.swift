// The last decision of a connection is used again for the same request under the same state, and for nothing else.

import Authorizations
import Formats
import Testing
import Threading

@testable import Access
@testable import Decision

private let target = "/write?db=metrics"

/// Whether `second` was answered from memory: the very same object is forwarded.
private func isRecalled(_ first: Decision, _ second: Decision) -> Bool {
  guard let request = first.request else { return false }
  return second.request === request
}

@Suite struct MemoTests {
  @Test func recallsTheSameBytes() throws {
    let gate = try Gate()
    let first = gate.write(target, "User-Agent: a")
    let second = gate.write(target, "User-Agent: b")
    #expect(isRecalled(first, second))
    #expect(second.notes.login == "writer")
    #expect(second.notes.database == "metrics")
    #expect(second.field("User-Agent") == "b")
  }

  @Test func recallsQueryWithoutBody() throws {
    let gate = try Gate()
    let query = "/query?db=metrics&q=SELECT+v+FROM+cpu"
    #expect(isRecalled(gate.get(query), gate.get(query)))
  }

  @Test func readsTheBodyOfEveryForm() throws {
    let gate = try Gate()
    let query = "/query?db=metrics&q=SELECT+v+FROM+cpu"
    let without = gate.post(query, form: "")
    #expect(without.isPermitted)
    #expect(gate.post(query, form: "db=secret").status == 403)
    #expect(gate.post(query, form: "db=metrics").isPermitted)
    #expect(gate.post(query, form: "db=secret").status == 403)
    #expect(isRecalled(without, gate.post(query, form: "")))
  }

  @Test func decidesAnewForOtherMethodTargetOrCredential() throws {
    let gate = try Gate()
    func prime() { #expect(gate.write(target).isPermitted) }
    prime()
    #expect(gate.write(target, method: "GET").status == 405)
    prime()
    #expect(gate.write("/write?db=secret").status == 403)
    prime()
    #expect(gate.write("/write?db=metric").request == nil)
    prime()
    #expect(gate.write(target, login: "reader").status == 403)
    prime()
    #expect(gate.write(target, login: nil).status == 401)
    prime()
    #expect(gate.write(target, login: "writer", "Authorization: Token writer:pw").status == 400)
  }

  @Test func decidesAnewAfterAnyChangeOfAuthorizations() throws {
    let gate = try Gate()
    let first = gate.write(target)
    gate.shared.authorizations.publish(World.snapshot())
    let second = gate.write(target)
    #expect(second.isPermitted)
    #expect(!isRecalled(first, second))
  }

  @Test func refusesLoginSetInactive() throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    var changed = World.writer
    changed.status = .inactive
    changed.revision = 2
    gate.shared.authorizations.publish(World.snapshot([changed]))
    #expect(gate.write(target).status == 401)
  }

  @Test func refusesDeletedLogin() throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    gate.shared.authorizations.publish(World.snapshot([World.reader]))
    #expect(gate.write(target).status == 401)
  }

  @Test func refusesOldPassword() throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    let changed = World.login(2, "writer", World.writer.permissions, password: "new", revision: 2)
    gate.shared.authorizations.publish(World.snapshot([changed]))
    #expect(gate.write(target).status == 401)
    #expect(gate.write("\(target)&u=writer&p=new", login: nil).isPermitted)
  }

  @Test func refusesLoginThatLostItsPermission() throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    gate.shared.authorizations.publish(World.snapshot([World.login(2, "writer", [], revision: 2)]))
    #expect(gate.write(target).status == 403)
  }

  @Test func refusesTokenSetInactive() throws {
    var (token, text) = World.token([World.permission(.write, "metrics/*")])
    let gate = try Gate(tokens: [token])
    let field = "Authorization: Token \(text)"
    #expect(isRecalled(gate.write(target, login: nil, field), gate.write(target, login: nil, field)))
    token.status = .inactive
    token.revision = 2
    gate.shared.authorizations.publish(World.snapshot(tokens: [token]))
    #expect(gate.write(target, login: nil, field).status == 401)
  }

  @Test func decidesAnewAfterAChangeOfTheDirectory() throws {
    let gate = try Gate()
    #expect(gate.write(target).isPermitted)
    gate.shared.directory.publish(World.directory([("other", ["autogen"])]))
    #expect(gate.write(target).status == 404)
  }

  @Test func sendsWhatTheNewDirectoryMeans() throws {
    let gate = try Gate(.influxDB2)
    let target = "/api/v2/write?bucket=metrics/autogen&org=default"
    let first = gate.write(target)
    gate.shared.directory.publish(World.directory())
    let second = gate.write(target)
    #expect(second.isPermitted)
    #expect(!isRecalled(first, second))
  }

  @Test func neverRemembersARefusalOrAToken() throws {
    let gate = try Gate(.influxDB2)
    let field = "Authorization: Token an-upstream-token-of-enough-length"
    let first = gate.write(target, login: nil, field)
    let second = gate.write(target, login: nil, field)
    #expect(first.request != nil && second.request != nil)
    #expect(first.request !== second.request)
  }

  @Test func neverRecallsForAnotherConnection() throws {
    let gate = try Gate()
    let first = gate.write(target)
    gate.memo = DecisionMemo()
    #expect(!isRecalled(first, gate.write(target)))
  }
}
