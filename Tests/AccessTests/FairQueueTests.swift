// Whose turn it is, and who gives way.

import Testing
import TestSupport

@testable import Access

private let a = SourceAddress("10.0.0.1")
private let b = SourceAddress("10.0.0.2")
private let c = SourceAddress("10.0.0.3")

private func name(_ number: UInt64) -> Digest {
  var mac = AuthenticationKey([9]).begin(.attempt)
  mac.append(number)
  return mac.finish()
}

@Suite struct FairQueueTests {
  @Test func servesSourcesInTurn() {
    let queue = QueueBox()
    for number in 0..<4 { queue.append(number, source: a, name: name(1)) }
    queue.append(10, source: b, name: name(1))
    queue.append(20, source: c, name: name(1))
    #expect((0..<7).map { _ in queue.popFirst() } == [0, 10, 20, 1, 2, 3, nil])
  }

  @Test func servesTheNamesOfASourceInTurn() {
    let queue = QueueBox()
    for number in 0..<3 { queue.append(number, source: a, name: name(1)) }
    queue.append(10, source: a, name: name(2))
    queue.append(20, source: a, name: name(3))
    // The one that came last in between.
    #expect((0..<6).map { _ in queue.popFirst() } == [0, 20, 1, 10, 2, nil])
  }

  @Test func servesThoseFirstWhoComeOnAFreshConnection() {
    let queue = QueueBox()
    for number in 0..<4 { queue.append(number, source: a, name: name(UInt64(number)), isFresh: false) }
    for number in 10..<13 { queue.append(number, source: a, name: name(UInt64(number))) }
    #expect((0..<8).map { _ in queue.popFirst() } == [10, 12, 0, 11, 1, 2, 3, nil])
  }

  @Test func takesTheNewestOfTheLongest() {
    let queue = QueueBox()
    for number in 0..<3 { queue.append(number, source: a, name: name(1)) }
    queue.append(9, source: a, name: name(2))
    queue.append(10, source: b, name: name(1))
    #expect(queue.dropFromLongest(over: 4) == nil)
    #expect(queue.dropFromLongest(over: 1) == 2)
    #expect(queue.count(of: a) == 3)
    #expect(queue.dropFromLongest(over: 1) == 1)
    #expect(queue.count == 3)
    #expect((0..<4).map { _ in queue.popFirst() } == [0, 10, 9, nil])
  }

  @Test func forgetsASourceOfWhichAllWasDropped() {
    let queue = QueueBox()
    queue.append(1, source: a, name: name(1))
    #expect(queue.dropFromLongest(over: 0) == 1)
    #expect(queue.dropFromLongest(over: 0) == nil)
    #expect(queue.popFirst() == nil)
    queue.append(2, source: a, name: name(1))
    #expect(queue.popFirst() == 2)
    #expect(queue.count == 0)
  }

  @Test func losesAndInventsNothing() {
    var random = SeededGenerator(seed: 3)
    let queue = QueueBox()
    var present: Set<Int> = []
    for step in 0..<20_000 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1:
        let source = SourceAddress("10.0.0.\(Int.random(in: 1..<6, using: &random))")
        queue.append(step, source: source, name: name(UInt64.random(in: 0..<3, using: &random)))
        present.insert(step)
      case 2:
        let dropped = queue.dropFromLongest(over: Int.random(in: 0..<4, using: &random))
        if let dropped { #expect(present.remove(dropped) != nil) }
      default:
        let first = queue.popFirst()
        #expect((first == nil) == present.isEmpty)
        if let first { #expect(present.remove(first) != nil) }
      }
      #expect(queue.count == present.count)
    }
  }
}
