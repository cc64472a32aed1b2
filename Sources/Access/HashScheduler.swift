// Decides which verification runs next and who learns of its result; knows neither threads nor clocks.

/// The order of verifications: fair between sources, one at a time for equal ones, bounded, gated by failures.
///
/// Sources without a recent failure go first; every fourth turn belongs to the others, so that they wait but do not
/// starve. `Waiter` is what is handed back with a result.
struct HashScheduler<Waiter: Sendable>: Sendable {
  private struct Entry: Sendable {
    let job: HashJob
    let attempt: Digest
    var waiters: [(applicant: HashApplicant, waiter: Waiter)]
  }

  enum Submission {
    /// A worker has to be woken for it. `dropped` are those who had to give way and are to be told.
    case queued(dropped: [Waiter])
    /// An equal one is under way.
    case joined
    case throttled(retryAfterSeconds: Int)
    case overloaded
  }

  private let capacity: Int
  private let waiterCapacity: Int
  private var gate: FailureGate
  private var entries: [Digest: Entry] = [:]
  /// Verifications under way of each (source, name), by who asked first.
  private var underWay: [Digest: Int] = [:]
  private var trusted = FairQueue<Digest>()
  private var suspect = FairQueue<Digest>()
  private var waiting = 0
  private var turn = 0

  /// - Parameters:
  ///   - capacity: most verifications that wait for a worker.
  ///   - waiterCapacity: most requests that wait for a verification.
  init(capacity: Int, waiterCapacity: Int, limits: FailureLimits) {
    self.capacity = max(1, capacity)
    self.waiterCapacity = max(1, waiterCapacity)
    gate = FailureGate(limits: limits)
  }

  /// Verifications that wait for a worker.
  var depth: Int { trusted.count + suspect.count }

  /// Seconds for which the gate is closed for `attempt`, or nil while it is open.
  mutating func pause(of attempt: Digest, now: UInt64) -> Int? {
    guard case .closed(let seconds) = gate.state(of: attempt, now: now) else { return nil }
    return seconds
  }

  mutating func submit(_ job: HashJob, for applicant: HashApplicant, waiter: Waiter, now: UInt64) -> Submission {
    let free: Int
    switch gate.state(of: applicant.attempt, now: now) {
    case .closed(let seconds): return .throttled(retryAfterSeconds: seconds)
    case .open(let attempts): free = attempts
    }
    guard waiting < waiterCapacity else { return .overloaded }
    if entries[job.digest] != nil {
      entries[job.digest]?.waiters.append((applicant, waiter))
      waiting += 1
      return .joined
    }
    // Guesses sent side by side must not all slip through before the first has failed.
    guard underWay[applicant.attempt, default: 0] < free else { return .throttled(retryAfterSeconds: 1) }
    let isSuspect = gate.isSuspect(applicant.source, now: now)
    var dropped: [Waiter] = []
    if depth >= capacity {
      guard !isSuspect, let released = makeRoom(for: applicant.source) else { return .overloaded }
      dropped = released
    }
    entries[job.digest] = Entry(job: job, attempt: applicant.attempt, waiters: [(applicant, waiter)])
    underWay[applicant.attempt, default: 0] += 1
    waiting += 1
    if isSuspect {
      suspect.append(job.digest, source: applicant.source, name: applicant.attempt)
    } else {
      trusted.append(job.digest, source: applicant.source, name: applicant.attempt)
    }
    return .queued(dropped: dropped)
  }

  /// The verification that a worker should make now.
  mutating func next() -> HashJob? {
    turn = (turn + 1) % 4
    let digest =
      turn == 0 ? suspect.popFirst() ?? trusted.popFirst() : trusted.popFirst() ?? suspect.popFirst()
    return digest.flatMap { entries[$0]?.job }
  }

  /// Takes the verdict on a job that `next` gave, and returns who waits for it.
  mutating func finish(_ digest: Digest, _ verdict: PasswordVerdict, now: UInt64) -> [Waiter] {
    guard let entry = remove(digest) else { return [] }
    // One verification is one failure of each pair, however many requests waited for it.
    var counted: Set<Digest> = []
    for (applicant, _) in entry.waiters where counted.insert(applicant.attempt).inserted {
      switch verdict {
      case .matches where applicant.matchSucceeds: gate.recordSuccess(of: applicant.attempt)
      case .differs where !applicant.mismatchFails: gate.recordSuccess(of: applicant.attempt)
      case .matches, .differs: gate.recordFailure(of: applicant.attempt, from: applicant.source, now: now)
      case .unavailable: break
      }
    }
    return entry.waiters.map(\.waiter)
  }

  /// Everything given up: returns all who wait.
  mutating func removeAll() -> [Waiter] {
    defer {
      entries = [:]
      underWay = [:]
      trusted = FairQueue()
      suspect = FairQueue()
      waiting = 0
    }
    return entries.values.flatMap { $0.waiters.map(\.waiter) }
  }

  mutating func recordFailure(of attempt: Digest, from source: SourceAddress, now: UInt64) {
    gate.recordFailure(of: attempt, from: source, now: now)
  }

  mutating func recordSuccess(of attempt: Digest) { gate.recordSuccess(of: attempt) }

  private mutating func makeRoom(for source: SourceAddress) -> [Waiter]? {
    let length = trusted.count(of: source) + 1
    guard let digest = suspect.dropFromLongest(over: 0) ?? trusted.dropFromLongest(over: length) else { return nil }
    return remove(digest)?.waiters.map(\.waiter) ?? []
  }

  private mutating func remove(_ digest: Digest) -> Entry? {
    guard let entry = entries.removeValue(forKey: digest) else { return nil }
    waiting -= entry.waiters.count
    if let others = underWay[entry.attempt] {
      underWay[entry.attempt] = others > 1 ? others - 1 : nil
    }
    return entry
  }
}
