// New passwords are hashed side by side and in turn.

import Synchronization
import Testing
import Threading

@testable import Access

@Suite struct PasswordMakerTests {
  @Test func twoDoNotWaitForEachOther() throws {
    let arrived = try #require(WorkSemaphore())
    let released = try #require(WorkSemaphore())
    let ended = try #require(WorkSemaphore())
    let maker = try #require(
      PasswordMaker(workers: 2) {
        { password in
          arrived.signal()
          released.wait()
          return String(decoding: password, as: UTF8.self)
        }
      })
    for _ in 0..<2 { #expect(maker.submit(bytes("a"), from: SourceAddress("10.0.0.1")) { _ in ended.signal() }) }
    // Both are at it, or this would wait for ever.
    for _ in 0..<2 { arrived.wait() }
    released.signal(times: 2)
    for _ in 0..<2 { ended.wait() }
  }

  @Test func sourcesTakeTurnsAndWhoHasMostGivesWay() throws {
    let arrived = try #require(WorkSemaphore())
    let released = try #require(WorkSemaphore())
    let ended = try #require(WorkSemaphore())
    let order = Mutex<[String]>([])
    let maker = try #require(
      PasswordMaker(workers: 1, capacity: 4) {
        { password in
          arrived.signal()
          released.wait()
          return String(decoding: password, as: UTF8.self)
        }
      })
    func submit(_ text: String, _ source: String) -> Bool {
      maker.submit(bytes(text), from: SourceAddress(source)) { outcome in
        order.withLock { order in
          switch outcome {
          case .made(let made): order.append(made)
          case .failed: order.append("nothing")
          case .gaveWay: order.append("not \(text)")
          }
        }
        ended.signal()
      }
    }
    #expect(submit("first", "10.0.0.1"))
    arrived.wait()
    for text in ["a1", "a2", "a3"] { #expect(submit(text, "10.0.0.1")) }
    #expect(submit("b1", "10.0.0.2"))
    // Full: who has most waiting gets no more, and its newest gives way to another.
    #expect(!submit("a4", "10.0.0.1"))
    #expect(submit("c1", "10.0.0.3"))
    #expect(order.withLock { $0 } == ["not a3"])
    #expect(submit("b2", "10.0.0.2") == false)
    released.signal(times: 5)
    for _ in 0..<6 { ended.wait() }
    #expect(order.withLock { $0 } == ["not a3", "first", "a1", "b1", "c1", "a2"])
  }

  @Test func whoStillWaitsAtTheEndIsTold() throws {
    let arrived = try #require(WorkSemaphore())
    let released = try #require(WorkSemaphore())
    let told = Mutex<[PasswordMaker.Outcome]>([])
    let maker = try #require(
      PasswordMaker(workers: 1) {
        { _ in
          arrived.signal()
          released.wait()
          return "made"
        }
      })
    for _ in 0..<3 {
      _ = maker.submit(bytes("a"), from: SourceAddress("10.0.0.1")) { made in told.withLock { $0.append(made) } }
    }
    arrived.wait()
    released.signal(times: 3)
    maker.stop()
    #expect(told.withLock { $0.count } == 3)
    #expect(!maker.submit(bytes("a"), from: SourceAddress("10.0.0.1")) { _ in })
  }
}
