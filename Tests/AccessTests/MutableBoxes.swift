// Values with mutating members behind references, because `#expect` cannot call a mutating member.

import Threading

@testable import Access

final class GateBox {
  private var gate: FailureGate

  init(_ gate: FailureGate) { self.gate = gate }

  func state(of attempt: Digest, now: Instant) -> FailureGate.State { gate.state(of: attempt, now: now) }
  func isSuspect(_ source: SourceAddress, now: Instant) -> Bool { gate.isSuspect(source, now: now) }
  func recordSuccess(of attempt: Digest) { gate.recordSuccess(of: attempt) }
  func recordFailure(of attempt: Digest, from source: SourceAddress, now: Instant) {
    gate.recordFailure(of: attempt, from: source, now: now)
  }
}

final class TableBox {
  private var table: BoundedTable<Int, Int>

  init(capacity: Int) { table = BoundedTable(capacity: capacity) }

  var count: Int { table.count }
  func use(_ key: Int) -> Int? { table.use(key) }
  func set(_ value: Int, for key: Int) { table.set(value, for: key) }
  func remove(_ key: Int) { table.remove(key) }
}

final class QueueBox {
  private var queue = FairQueue<Int>()

  var count: Int { queue.count }
  func append(_ element: Int, source: SourceAddress, name: Digest, isFresh: Bool = true) {
    queue.append(element, source: source, name: name, isFresh: isFresh)
  }
  func popFirst() -> Int? { queue.popFirst() }
  func count(of source: SourceAddress) -> Int { queue.count(of: source) }
  func dropFromLongest(over length: Int) -> Int? { queue.dropFromLongest(over: length) }
}

final class SchedulerBox {
  private var scheduler: HashScheduler<Int>

  init(_ scheduler: HashScheduler<Int>) { self.scheduler = scheduler }

  var depth: Int { scheduler.depth }
  func submit(_ job: HashJob, for applicant: HashApplicant, waiter: Int, now: Instant) -> HashScheduler<Int>.Submission
  {
    scheduler.submit(job, for: applicant, waiter: waiter, now: now)
  }
  func next() -> HashJob? { scheduler.next() }
  func finish(_ digest: Digest, _ verdict: PasswordVerdict, now: Instant) -> [Int] {
    scheduler.finish(digest, verdict, now: now)
  }
  func pause(of attempt: Digest, now: Instant) -> Int? { scheduler.pause(of: attempt, now: now) }
  func removeAll() -> [Int] { scheduler.removeAll() }
}
