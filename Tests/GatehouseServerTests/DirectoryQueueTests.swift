// Questions about the directory are shared by all who wait, and bounded for each login.

import Authorizations
import Formats
import Decision
import Synchronization
import Testing
import Threading

@testable import GatehouseServer

private final class Told: Sendable {
  private let kept = Mutex<[(name: String, answers: DirectoryQueue.Answers)]>([])

  func note(_ name: String) -> @Sendable (DirectoryQueue.Answers) -> Void {
    { [self] answers in kept.withLock { $0.append((name, answers)) } }
  }

  var names: [String] { kept.withLock { $0.map(\.name) } }
  var answers: [DirectoryQueue.Answers] { kept.withLock { $0.map(\.answers) } }
}

private func policies(_ number: Int) -> DirectoryQuestion { .policies(of: Array("db\(number)".utf8)) }

@Suite struct DirectoryQueueTests {
  private let one = Identifier(1)
  private let two = Identifier(2)

  @Test func asksAQuestionOnceForAllWhoWait() {
    var queue = DirectoryQueue()
    let told = Told()
    for number in 0..<50 {
      queue.append(DirectoryInquiry([.databases], for: number % 2 == 0 ? one : two), told.note("\(number)"))
    }
    #expect(queue.takeDue(at: .start + .milliseconds(5_000)) == [.databases])
    for waiter in queue.take({ _ in .published }) { waiter.tell() }
    #expect(told.names.count == 50)
    #expect(queue.isEmpty)
  }

  @Test func asksAQuestionOnceASecond() {
    var queue = DirectoryQueue()
    let told = Told()
    queue.append(DirectoryInquiry([policies(1)], for: one), told.note("first"))
    #expect(queue.takeDue(at: .start + .milliseconds(5_000)) == [policies(1)])
    #expect(queue.take { _ in .policies([]) }.count == 1)
    // What came after the question was asked is not answered by it.
    queue.append(DirectoryInquiry([policies(1)], for: two), told.note("second"))
    #expect(queue.takeDue(at: .start + .milliseconds(5_999)) == [])
    #expect(queue.takeDue(at: .start + .milliseconds(6_000)) == [policies(1)])
    // A statement that changed it went through: it is asked in any case, once for each.
    queue.append(DirectoryInquiry([policies(1)], for: nil, followsChange: true), told.note("third"))
    #expect(queue.takeDue(at: .start + .milliseconds(6_001)) == [policies(1)])
  }

  @Test func asksNoMoreForOneLoginThanItsShare() {
    var queue = DirectoryQueue()
    let told = Told()
    for number in 0..<25 { queue.append(DirectoryInquiry([policies(number)], for: one), told.note("one")) }
    queue.append(DirectoryInquiry([policies(100)], for: two), told.note("two"))
    var asked: [Int] = []
    for milliseconds in [5_000, 5_500, 6_000, 7_000, 8_000] {
      let due = queue.takeDue(at: .start + .milliseconds(milliseconds))
      asked.append(due.count)
      for waiter in queue.take({ due.contains($0) ? .policies(["autogen"]) : nil }) { waiter.tell() }
    }
    #expect(asked == [11, 0, 10, 5, 0])
    #expect(told.names.count == 26 && told.names.prefix(11).contains("two"))
  }

  @Test func tellsOnceEveryQuestionIsAnswered() {
    var queue = DirectoryQueue()
    let told = Told()
    queue.append(DirectoryInquiry([policies(1), policies(2)], for: one), told.note("both"))
    #expect(queue.take { $0 == policies(1) ? .policies(["a"]) : nil }.isEmpty)
    let answered = queue.take { _ in .policies(["b"]) }
    for waiter in answered { waiter.tell() }
    #expect(told.answers == [[policies(1): .policies(["a"]), policies(2): .policies(["b"])]])
    queue.append(DirectoryInquiry([.everything], for: nil), told.note("whole"))
    // Read, and not to be published.
    for waiter in queue.take({ _ in .published }) { waiter.tell(isPublished: false) }
    #expect(told.answers.last == [.everything: .failed])
  }
}
