// Which verification is made next, and who learns of it; without threads, without time.

import Testing
import Threading

@testable import Access

private let hash = try? PasswordHasher.unmatchable(cost: 4)

private func digest(_ text: String) -> Digest {
  var mac = AuthenticationKey([9]).begin(.attempt)
  mac.append(text)
  return mac.finish()
}

@Suite struct HashSchedulerTests {
  private func scheduler(capacity: Int = 8, waiters: Int = 100, free: Int = 3) -> SchedulerBox {
    var limits = FailureLimits()
    limits.freeAttempts = free
    return SchedulerBox(HashScheduler(capacity: capacity, waiterCapacity: waiters, limits: limits))
  }

  private func job(_ text: String) throws -> HashJob {
    HashJob(
      digest: digest(text), password: [], hash: try #require(hash), alternative: nil, mayMatch: true, isRemembered: true
    )
  }

  private func applicant(_ source: String, _ name: String, active: Bool = true, token: Bool = false) -> HashApplicant {
    HashApplicant(
      source: SourceAddress(source), attempt: digest(source + " " + name), matchSucceeds: active, mismatchFails: !token)
  }

  private func isQueued(_ submission: HashScheduler<Int>.Submission) -> Bool {
    if case .queued = submission { true } else { false }
  }

  private func isJoined(_ submission: HashScheduler<Int>.Submission) -> Bool {
    if case .joined = submission { true } else { false }
  }

  private func isOverloaded(_ submission: HashScheduler<Int>.Submission) -> Bool {
    if case .overloaded = submission { true } else { false }
  }

  private func isThrottled(_ submission: HashScheduler<Int>.Submission) -> Bool {
    if case .throttled = submission { true } else { false }
  }

  /// Makes every verification that waits, in order, all with the same verdict.
  private func drain(_ scheduler: SchedulerBox, _ verdict: PasswordVerdict = .differs) -> [Int] {
    var order: [Int] = []
    while let job = scheduler.next() { order += scheduler.finish(job.digest, verdict, now: .start) }
    return order
  }

  @Test func makesEqualVerificationsOnce() throws {
    let scheduler = scheduler()
    #expect(isQueued(scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: 0, now: .start)))
    for waiter in 1..<50 {
      #expect(isJoined(scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: waiter, now: .start)))
    }
    #expect(scheduler.depth == 1)
    let taken = try #require(scheduler.next())
    #expect(scheduler.next() == nil)
    #expect(isJoined(scheduler.submit(try job("x"), for: applicant("10.0.0.2", "n"), waiter: 50, now: .start)))
    #expect(scheduler.finish(taken.digest, .matches, now: .start) == Array(0...50))
    #expect(isQueued(scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: 0, now: .start)))
  }

  @Test func countsOneVerificationAsOneFailureOfEachPair() throws {
    let scheduler = scheduler(free: 2)
    for waiter in 0..<10 {
      _ = scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: waiter, now: .start)
      _ = scheduler.submit(try job("x"), for: applicant("10.0.0.2", "n"), waiter: waiter, now: .start)
    }
    _ = drain(scheduler)
    let first = applicant("10.0.0.1", "n")
    #expect(scheduler.pause(of: first.attempt, now: .start) == nil)
    _ = scheduler.submit(try job("y"), for: first, waiter: 0, now: .start)
    _ = drain(scheduler)
    #expect(scheduler.pause(of: first.attempt, now: .start) == 1)
    #expect(scheduler.pause(of: applicant("10.0.0.2", "n").attempt, now: .start) == nil)
    #expect(isThrottled(scheduler.submit(try job("z"), for: first, waiter: 0, now: .start)))
  }

  @Test func letsNoMoreGuessesRunSideBySideThanMayFail() throws {
    let scheduler = scheduler(free: 3)
    let guesser = applicant("10.0.0.1", "n")
    for number in 0..<3 {
      #expect(isQueued(scheduler.submit(try job("\(number)"), for: guesser, waiter: 0, now: .start)))
    }
    #expect(isThrottled(scheduler.submit(try job("3"), for: guesser, waiter: 0, now: .start)))
    #expect(isQueued(scheduler.submit(try job("3"), for: applicant("10.0.0.1", "other"), waiter: 0, now: .start)))
  }

  @Test func opensTheGateForTheRightPassword() throws {
    let scheduler = scheduler(free: 3)
    let user = applicant("10.0.0.1", "n")
    for number in 0..<2 { _ = scheduler.submit(try job("\(number)"), for: user, waiter: 0, now: .start) }
    _ = drain(scheduler)
    _ = scheduler.submit(try job("right"), for: user, waiter: 0, now: .start)
    _ = drain(scheduler, .matches)
    for number in 0..<3 { #expect(isQueued(scheduler.submit(try job("\(number)"), for: user, waiter: 0, now: .start))) }
  }

  @Test func countsTheRightPasswordOfAnInactiveLoginAsAFailure() throws {
    let scheduler = scheduler(free: 1)
    let user = applicant("10.0.0.1", "n", active: false)
    _ = scheduler.submit(try job("right"), for: user, waiter: 0, now: .start)
    _ = drain(scheduler, .matches)
    #expect(scheduler.pause(of: user.attempt, now: .start) == 1)
  }

  @Test func countsATokenOfOursInAPasswordsPlaceAsNoFailure() throws {
    let scheduler = scheduler(free: 1)
    let user = applicant("10.0.0.1", "n", token: true)
    _ = scheduler.submit(try job("token"), for: user, waiter: 0, now: .start)
    _ = drain(scheduler)
    #expect(scheduler.pause(of: user.attempt, now: .start) == nil)
  }

  @Test func countsAFailureOfTheLibraryAsNobodys() throws {
    let scheduler = scheduler(free: 1)
    let user = applicant("10.0.0.1", "n")
    _ = scheduler.submit(try job("x"), for: user, waiter: 7, now: .start)
    #expect(drain(scheduler, .unavailable) == [7])
    #expect(scheduler.pause(of: user.attempt, now: .start) == nil)
  }

  @Test func servesAFirstLogInBeforeAFloodFromElsewhere() throws {
    let scheduler = scheduler(capacity: 100)
    // Whoever has failed once is suspect.
    for number in 0..<20 {
      _ = scheduler.submit(try job("a\(number)"), for: applicant("10.0.0.\(number)", "n"), waiter: -1, now: .start)
    }
    _ = drain(scheduler)
    for number in 0..<20 {
      _ = scheduler.submit(try job("b\(number)"), for: applicant("10.0.0.\(number)", "n"), waiter: number, now: .start)
    }
    _ = scheduler.submit(try job("good"), for: applicant("192.0.2.1", "good"), waiter: 1_000, now: .start)
    let order = drain(scheduler)
    #expect(order.prefix(2).contains(1_000))
    #expect(order.count == 21)
  }

  @Test func starvesNobodyHoweverManyNewSourcesCome() throws {
    let scheduler = scheduler(capacity: 100)
    _ = scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: -1, now: .start)
    _ = drain(scheduler)
    for number in 0..<50 {
      _ = scheduler.submit(try job("\(number)"), for: applicant("192.0.2.\(number)", "n"), waiter: number, now: .start)
    }
    _ = scheduler.submit(try job("y"), for: applicant("10.0.0.1", "n"), waiter: 1_000, now: .start)
    #expect(drain(scheduler).prefix(4).contains(1_000))
  }

  @Test func refusesWhatDoesNotFit() throws {
    let scheduler = scheduler(capacity: 4, free: 100)
    let flood = applicant("10.0.0.1", "n")
    for number in 0..<4 { _ = scheduler.submit(try job("\(number)"), for: flood, waiter: number, now: .start) }
    #expect(isOverloaded(scheduler.submit(try job("4"), for: flood, waiter: 4, now: .start)))
    #expect(scheduler.depth == 4)
  }

  @Test func makesRoomForAnotherSourceAtTheCostOfTheOneThatHasMost() throws {
    let scheduler = scheduler(capacity: 4, free: 100)
    for number in 0..<4 {
      _ = scheduler.submit(try job("\(number)"), for: applicant("10.0.0.1", "n"), waiter: number, now: .start)
    }
    let submission = scheduler.submit(try job("good"), for: applicant("192.0.2.1", "good"), waiter: 9, now: .start)
    guard case .queued(let dropped) = submission else {
      Issue.record("not queued")
      return
    }
    #expect(dropped == [3])
    #expect(drain(scheduler) == [0, 9, 1, 2])
  }

  @Test func boundsThoseWhoWait() throws {
    let scheduler = scheduler(waiters: 5)
    for waiter in 0..<5 {
      _ = scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: waiter, now: .start)
    }
    #expect(isOverloaded(scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: 5, now: .start)))
    #expect(drain(scheduler).count == 5)
    #expect(isQueued(scheduler.submit(try job("x"), for: applicant("10.0.0.1", "n"), waiter: 5, now: .start)))
  }

  @Test func tellsEverybodyWhenItIsGivenUp() throws {
    let scheduler = scheduler()
    for waiter in 0..<3 {
      _ = scheduler.submit(try job("\(waiter)"), for: applicant("10.0.0.\(waiter)", "n"), waiter: waiter, now: .start)
    }
    #expect(scheduler.removeAll().sorted() == [0, 1, 2])
    #expect(scheduler.depth == 0)
    #expect(scheduler.next() == nil)
  }
}
