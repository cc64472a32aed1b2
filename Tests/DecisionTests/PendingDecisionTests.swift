// What a request's head settled is carried on while its body is awaited, and a right is one of this moment all the same
// (issue 11, move 2).

import Authorizations
import Testing
import Threading

@testable import Access
@testable import Decision

@Suite struct PendingDecisionTests {
  private static let form = "q=SELECT v FROM cpu"

  /// A query in a form of a login that was verified before, with something that happens before its body is there.
  private static func query(_ meanwhile: @escaping (Gate, PendingDecision) -> Void) throws -> Decision {
    let gate = try Gate()
    #expect(gate.post("/query?db=metrics", form: "q=SHOW DATABASES").steps == ["verify", "body"])
    gate.whileWaiting = { [unowned gate] in meanwhile(gate, $0) }
    return gate.post("/query?db=metrics", form: form)
  }

  @Test func carriesOnWhatTheHeadSettled() throws {
    let decision = try Self.query { _, pending in
      guard case .endpoint(let endpoint)? = pending.settled?.route else {
        Issue.record("the route is not carried on")
        return
      }
      #expect(endpoint.path.description == "/query")
      guard case .authenticated(let principal)? = pending.settled?.sender?.outcome else {
        Issue.record("who asks is not carried on")
        return
      }
      #expect(principal.name == "reader")
    }
    #expect(decision.isPermitted && decision.steps == ["body"])
  }

  @Test func refusesWhoWasRevokedMeanwhile() throws {
    let decision = try Self.query { gate, _ in gate.shared.authorizations.publish(World.snapshot([World.writer])) }
    #expect(decision.status == 401)
  }

  @Test func decidesByTheRightsOfNow() throws {
    let robbed = World.login(1, "reader", [], revision: 2)
    let denied = try Self.query { gate, _ in gate.shared.authorizations.publish(World.snapshot([robbed])) }
    #expect(denied.status == 403)
  }

  /// What a change of the directory means is seen too: it is not a thing of the head.
  @Test func decidesByTheDirectoryOfNow() throws {
    let decision = try Self.query { gate, _ in
      gate.shared.directory.publish(World.directory([("other", ["autogen"])]))
    }
    #expect(!decision.isPermitted)
  }
}
