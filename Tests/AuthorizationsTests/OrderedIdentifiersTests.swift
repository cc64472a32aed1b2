// Identifiers in order: every walk sees each once, whatever the size.

import Testing

@testable import Authorizations
import Formats

private func walk(_ order: OrderedIdentifiers) -> [UInt64] {
  var found: [UInt64] = []
  var last: Identifier?
  while case let run = order.run(after: last), !run.isEmpty {
    // As a list does whose piece is full: on from the middle.
    for id in run.prefix(max(1, run.count / 3)) {
      found.append(id.rawValue)
      last = id
    }
  }
  return found
}

@Test func identifiersAreWalkedInOrderAfterAnyChanges() throws {
  var order = OrderedIdentifiers()
  #expect(order.run(after: nil).isEmpty)
  #expect(order.run(after: try .test(5)).isEmpty)
  var model: Set<UInt64> = []
  var state: UInt64 = 7
  for round in 0..<6_000 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let id = try Identifier.test(state >> 52 + 1)
    if round % 3 == 0, round > 3_000 || round % 2 == 0 {
      order.remove(id)
      model.remove(id.rawValue)
    } else {
      order.insert(id)
      model.insert(id.rawValue)
    }
  }
  #expect(walk(order) == model.sorted())
  #expect(walk(OrderedIdentifiers(try model.map { try .test($0) })) == model.sorted())
  for value in model { order.remove(try .test(value)) }
  #expect(walk(order).isEmpty)
}

@Test func aWalkGoesOnBehindAnIdentifierThatIsGone() throws {
  var order = OrderedIdentifiers(try (1...2_000).map { try .test($0 * 2) })
  for value in 100...1_500 { order.remove(try .test(UInt64(value) * 2)) }
  #expect(order.run(after: try .test(601)).first?.rawValue == 3_002)
  #expect(order.run(after: try .test(4_000)).isEmpty)
}
