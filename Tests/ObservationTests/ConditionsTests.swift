// Conditions replace one another by name, and end.

import Testing

@testable import Observation

@Suite struct ConditionsTests {
  @Test func holdsOneConditionOfEachName() {
    let conditions = Conditions()
    conditions.set(Condition(.store, "first", failsHealth: false))
    conditions.set(Condition(.upstream, "gone", failsHealth: true))
    conditions.set(Condition(.store, "second", failsHealth: false))
    #expect(conditions.all.map(\.message) == ["gone", "second"])
    conditions.clear(.upstream)
    conditions.clear(.directory)
    #expect(conditions.all == [Condition(.store, "second", failsHealth: false)])
  }
}
