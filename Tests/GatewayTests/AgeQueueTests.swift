// The order in which connections make way for others (issue 10, A9).

import Testing

@testable import Gateway

@Suite struct AgeQueueTests {
  @Test func givesTheOldestThatFits() {
    var queue = AgeQueue<Int>()
    for number in 1...100 { queue.append(number, as: UInt64(number)) }
    #expect(queue.first { $0 > 3 } == 4)
    queue.remove(4)
    #expect(queue.first { $0 > 3 } == 5)
  }

  /// However many stand at the front that never fit, each search gets further.
  @Test func findsWhatStandsBehindThoseThatNeverFit() {
    var queue = AgeQueue<Int>()
    for number in 1...1_000 { queue.append(number, as: UInt64(number)) }
    var searches = 1
    while queue.first(where: { $0 == 1_000 }) == nil, searches < 100 { searches += 1 }
    #expect(searches < 100)
    #expect(queue.first { $0 == 1_000 } == 1_000, "it has lost its place")
  }

  @Test func losesNobodyInSearchesThatAreInVain() {
    var queue = AgeQueue<Int>()
    for number in 1...50 { queue.append(number, as: UInt64(number)) }
    for round in 0..<1_000 {
      #expect(queue.first { _ in false } == nil)
      if round % 100 == 0 {
        queue.remove(UInt64(round / 100 + 1))
        queue.append(1_000 + round, as: UInt64(1_000 + round))
      }
    }
    var left: Set<Int> = []
    while let value = queue.first(where: { _ in true }) {
      left.insert(value)
      queue.remove(UInt64(value))
    }
    #expect(left == Set(11...50).union((0..<10).map { 1_000 + 100 * $0 }))
    #expect(queue.isEmpty)
  }
}
