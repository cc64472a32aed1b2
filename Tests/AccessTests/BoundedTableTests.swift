// The table that never grows beyond its capacity, and the cache made of it.

import Testing
import TestSupport

@testable import Access

@Suite struct BoundedTableTests {
  @Test func neverHoldsMoreThanItsCapacity() {
    let table = TableBox(capacity: 10)
    for key in 0..<1_000 {
      table.set(key, for: key)
      #expect(table.count <= 10)
      #expect(table.use(key) == key)
    }
  }

  @Test func keepsWhatIsUsedWhileOthersComeAndGo() {
    let table = TableBox(capacity: 8)
    table.set(1, for: -1)
    for key in 0..<1_000 {
      table.set(key, for: key)
      #expect(table.use(-1) == 1)
    }
  }

  @Test func forgetsWhatIsRemoved() {
    let table = TableBox(capacity: 4)
    for key in 0..<4 { table.set(key, for: key) }
    table.remove(1)
    table.remove(1)
    table.remove(99)
    #expect(table.use(1) == nil)
    #expect([0, 2, 3].map { table.use($0) } == [0, 2, 3])
  }

  @Test func agreesWithADictionaryWhileItHasRoom() {
    var random = SeededGenerator(seed: 7)
    let table = TableBox(capacity: 64)
    var model: [Int: Int] = [:]
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<64, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        table.set(step, for: key)
        model[key] = step
      case 1:
        table.remove(key)
        model[key] = nil
      default: #expect(table.use(key) == model[key])
      }
      #expect(table.count == model.count)
    }
  }

  @Test func survivesRemovalsAroundTheHand() {
    var random = SeededGenerator(seed: 8)
    let table = TableBox(capacity: 5)
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<20, using: &random)
      if Bool.random(using: &random) {
        table.set(step, for: key)
        #expect(table.use(key) == step)
      } else {
        table.remove(key)
        #expect(table.use(key) == nil)
      }
      #expect(table.count <= 5)
    }
  }
}

@Suite struct VerificationCacheTests {
  private func digest(_ number: Int) -> Digest {
    var mac = AuthenticationKey([1]).begin(.verified)
    mac.append(UInt64(number))
    return mac.finish()
  }

  /// Security row 33: what others add does not push out what is in use.
  @Test func keepsOthersHitsThroughAHundredThousandInsertions() {
    let cache = VerificationCache(capacity: 1_024)
    let good = (0..<16).map { digest($0) }
    for digest in good { cache.insert(digest) }
    for number in 0..<100_000 {
      cache.insert(digest(0x10000 + number))
      if number % 8 == 0 { for digest in good { #expect(cache.contains(digest)) } }
    }
    #expect(cache.count <= 1_024)
  }

  @Test func containsOnlyWhatWasInserted() {
    let cache = VerificationCache(capacity: 100)
    #expect(!cache.contains(digest(1)))
    cache.insert(digest(1))
    #expect(cache.contains(digest(1)))
    #expect(!cache.contains(digest(2)))
  }
}
