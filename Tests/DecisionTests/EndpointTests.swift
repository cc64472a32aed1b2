// Whatever holds of an endpoint is in its row (issue 11, move 2).

import HTTP
import Testing

@testable import Decision

@Suite struct EndpointTests {
  @Test func findsEveryRowByItsPath() {
    for row in Endpoint.table {
      let found = Array(row.path.description.utf8).withUnsafeBytes { Endpoint.at($0) }
      #expect(found?.path.description == row.path.description)
    }
  }

  @Test func namesEveryPathOnce() {
    #expect(Set(Endpoint.table.map(\.path.description)).count == Endpoint.table.count)
  }

  @Test(arguments: Endpoint.table) func saysWhichMethodsItTakes(row: Endpoint) {
    let allowed = Set(row.methods.allow.description.split(separator: ", ").map(String.init)).subtracting(["OPTIONS"])
    let taken = [HTTP.Method.get, .head, .post, .put, .patch, .delete, .options, .other].filter { row.methods.take($0) }
    #expect(allowed == Set(taken.map(\.text.description)))
  }

  /// An endpoint that changes something takes no method that browsers send without asking first.
  @Test(arguments: Endpoint.table.filter(\.alwaysChanges)) func changesNothingByGet(row: Endpoint) {
    #expect(!row.methods.take(.get) && !row.methods.take(.head))
  }

  /// What is for data is refused where a listener serves none of it; what is open is open everywhere.
  @Test(arguments: Endpoint.table) func isServedWhereItsRowSays(row: Endpoint) throws {
    let gate = try Gate()
    gate.services = []
    let method = row.methods.take(.post) ? "POST" : "GET"
    let decision = gate.judge(head("\(method) \(row.path)"))
    if case .open = row.treatment {
      #expect(decision.answer != nil)
    } else {
      #expect(decision.status == 404)
    }
  }
}
