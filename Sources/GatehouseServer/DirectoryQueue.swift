// Who waits for which question about the directory, and whose turn it is to be asked.

import Authorizations
import Formats
import Decision
import Gateway
import Threading

/// Each question is asked once for all who wait for it, at most once a second; one login's or token's questions are
/// asked at most ten a second, and wait beyond that.
struct DirectoryQueue {
  typealias Answers = [DirectoryQuestion: DirectoryReading]

  struct Waiter {
    fileprivate let inquiry: DirectoryInquiry
    fileprivate let done: @Sendable (Answers) -> Void
    fileprivate var answers: Answers = [:]

    fileprivate var isAnswered: Bool { inquiry.questions.allSatisfy { answers[$0] != nil } }

    /// Once, when what was read has been published, or could not be.
    func tell(isPublished: Bool = true) { done(isPublished ? answers : answers.mapValues { _ in .failed }) }
  }

  private var waiters: [Waiter] = []
  private var askedAt: [DirectoryQuestion: Instant] = [:]
  /// Questions asked for each login or token since `countedSince`.
  private var counts: [Identifier: Int] = [:]
  private var countedSince = Instant.start

  /// Between two askings of one question.
  static let interval = Interval.seconds(1)
  /// Questions for one login or token in each interval.
  static let share = 10

  var isEmpty: Bool { waiters.isEmpty }

  mutating func append(_ inquiry: DirectoryInquiry, _ done: @escaping @Sendable (Answers) -> Void) {
    waiters.append(Waiter(inquiry: inquiry, done: done))
  }

  /// The questions to ask now, each once, in the order of arrival. They count as asked.
  mutating func takeDue(at now: Instant) -> [DirectoryQuestion] {
    if now - countedSince >= Self.interval {
      countedSince = now
      counts = [:]
      askedAt = askedAt.filter { now - $0.value < Self.interval }
    }
    var due: [DirectoryQuestion] = []
    for waiter in waiters {
      for question in waiter.inquiry.questions where waiter.answers[question] == nil && !due.contains(question) {
        guard mayAsk(question, for: waiter.inquiry, at: now) else { continue }
        askedAt[question] = now
        if let asker = waiter.inquiry.asker { counts[asker, default: 0] += 1 }
        due.append(question)
      }
    }
    return due
  }

  private func mayAsk(_ question: DirectoryQuestion, for inquiry: DirectoryInquiry, at now: Instant) -> Bool {
    if inquiry.followsChange { return true }
    if let last = askedAt[question], now - last < Self.interval { return false }
    guard let asker = inquiry.asker else { return true }
    return counts[asker, default: 0] < Self.share
  }

  /// Notes a question that was asked without anybody waiting for it.
  mutating func noteAsked(_ question: DirectoryQuestion, at now: Instant) { askedAt[question] = now }

  /// Takes answers to what was asked after all who wait had come; who is to be told once they are published.
  mutating func take(_ reading: (DirectoryQuestion) -> DirectoryReading?) -> [Waiter] {
    var answered: [Waiter] = []
    var others: [Waiter] = []
    for var waiter in waiters {
      for question in waiter.inquiry.questions where waiter.answers[question] == nil {
        waiter.answers[question] = reading(question)
      }
      if waiter.isAnswered {
        answered.append(waiter)
      } else {
        others.append(waiter)
      }
    }
    waiters = others
    return answered
  }
}
