// Decides which verification runs next and who learns of its result; knows neither threads nor clocks.

import Threading

/// The order of verifications: fair between sources and between the names of each, one at a time for equal ones, bounded,
/// gated by failures.
///
/// There are three ranks of sources: those that ask for one verification at a time, those that ask for many, and those
/// with a recent failure, to which a source sinks with all that it has waiting. The first two turns of four belong to the
/// first rank, and one to each other; a turn that its rank has no use for goes to the next. So a log-in from a quiet
/// address waits for no more than the few that came before it, however many a flood has sent before its first failure; and
/// nobody starves: of `n` suspect sources each has a turn within `4 n` verifications, or `n` where none but they wait.
///
/// `Waiter` is what is handed back with a result.
struct HashScheduler<Waiter: Sendable>: JobQueue {
  private struct Entry: Sendable {
    let job: HashJob
    let attempt: Digest
    /// The sources in whose turn it waits.
    var sources: [SourceAddress] = []
    /// Places in the queues that are left to it.
    var places = 0
    var isBeingMade = false
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
  /// Verifications waiting and being made of each source, by who asked first.
  private var ofSource: [SourceAddress: Int] = [:]
  private var single = FairQueue<Digest>()
  private var crowd = FairQueue<Digest>()
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
  var depth: Int { single.count + crowd.count + suspect.count }

  /// Seconds for which the gate is closed for `attempt`, or nil while it is open.
  mutating func pause(of attempt: Digest, now: Instant) -> Int? {
    guard case .closed(let seconds) = gate.state(of: attempt, now: now) else { return nil }
    return seconds
  }

  mutating func submit(_ job: HashJob, for applicant: HashApplicant, waiter: Waiter, now: Instant) -> Submission {
    let free: Int
    switch gate.state(of: applicant.attempt, now: now) {
    case .closed(let seconds): return .throttled(retryAfterSeconds: seconds)
    case .open(let attempts): free = attempts
    }
    guard waiting < waiterCapacity else { return .overloaded }
    let source = applicant.source
    let isSuspect = gate.isSuspect(source, now: now)
    if entries[job.digest] != nil {
      entries[job.digest]?.waiters.append((applicant, waiter))
      waiting += 1
      // Who asked first may be a suspect, whose turn comes late: a fleet with one login must not wait for that.
      if !isSuspect, depth < capacity, mayWait(job.digest, inTurnOf: source) {
        place(job.digest, for: applicant, isSuspect: false)
      }
      return .joined
    }
    // Guesses sent side by side must not all slip through before the first has failed.
    guard underWay[applicant.attempt, default: 0] < free else { return .throttled(retryAfterSeconds: 1) }
    var dropped: [Waiter] = []
    if depth >= capacity {
      guard let released = makeRoom(for: source, isSuspect: isSuspect) else { return .overloaded }
      dropped = released
    }
    entries[job.digest] = Entry(job: job, attempt: applicant.attempt, waiters: [(applicant, waiter)])
    underWay[applicant.attempt, default: 0] += 1
    waiting += 1
    place(job.digest, for: applicant, isSuspect: isSuspect)
    return .queued(dropped: dropped)
  }

  private func mayWait(_ digest: Digest, inTurnOf source: SourceAddress) -> Bool {
    guard let entry = entries[digest], !entry.isBeingMade else { return false }
    return entry.sources.count < Self.sharedPlaces && !entry.sources.contains(source)
  }

  /// Turns in which one verification may wait, each of another source.
  private static var sharedPlaces: Int { 8 }

  /// Adds to the queue where the source belongs, once that holds all that it has waiting.
  private mutating func place(_ digest: Digest, for applicant: HashApplicant, isSuspect: Bool) {
    let source = applicant.source
    entries[digest]?.sources.append(source)
    entries[digest]?.places += 1
    ofSource[source, default: 0] += 1
    if isSuspect || suspect.count(of: source) > 0 {
      sink(source)
      suspect.append(digest, source: source, name: applicant.attempt, isFresh: applicant.isFresh)
    } else if ofSource[source, default: 0] > 1 {
      single.move(source, into: &crowd)
      crowd.append(digest, source: source, name: applicant.attempt, isFresh: applicant.isFresh)
    } else {
      single.append(digest, source: source, name: applicant.attempt, isFresh: applicant.isFresh)
    }
  }

  private mutating func sink(_ source: SourceAddress) {
    single.move(source, into: &suspect)
    crowd.move(source, into: &suspect)
  }

  /// The verification that a worker should make now.
  mutating func next() -> HashJob? {
    turn = (turn + 1) % 4
    // What waited in several turns is made in the first of them.
    while let digest = popFirst() {
      guard let entry = entries[digest], !entry.isBeingMade else { continue }
      entries[digest]?.isBeingMade = true
      return entry.job
    }
    return nil
  }

  private mutating func popFirst() -> Digest? {
    switch turn {
    case 0: suspect.popFirst() ?? single.popFirst() ?? crowd.popFirst()
    case 1: crowd.popFirst() ?? single.popFirst() ?? suspect.popFirst()
    default: single.popFirst() ?? crowd.popFirst() ?? suspect.popFirst()
    }
  }

  /// Takes the verdict on a job that `next` gave, and returns who waits for it.
  mutating func finish(_ digest: Digest, _ verdict: PasswordVerdict, now: Instant) -> [Waiter] {
    guard let entry = remove(digest) else { return [] }
    // One verification is one failure of each pair, however many requests waited for it.
    var counted: Set<Digest> = []
    for (applicant, _) in entry.waiters where counted.insert(applicant.attempt).inserted {
      switch verdict {
      case .matches where applicant.matchSucceeds, .matchesPrevious where applicant.matchSucceeds:
        gate.recordSuccess(of: applicant.attempt)
      case .differs where !applicant.mismatchFails: gate.recordSuccess(of: applicant.attempt)
      case .matches, .matchesPrevious, .differs: recordFailure(of: applicant.attempt, from: applicant.source, now: now)
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
      ofSource = [:]
      single = FairQueue()
      crowd = FairQueue()
      suspect = FairQueue()
      waiting = 0
    }
    return entries.values.flatMap { $0.waiters.map(\.waiter) }
  }

  mutating func recordFailure(of attempt: Digest, from source: SourceAddress, now: Instant) {
    gate.recordFailure(of: attempt, from: source, now: now)
    // What it has waiting was sent before anybody knew.
    sink(source)
  }

  mutating func recordSuccess(of attempt: Digest) { gate.recordSuccess(of: attempt) }

  /// At the cost of the source that has the most waiting, if that is more than `source` would have; of a suspect one for
  /// whoever is none.
  private mutating func makeRoom(for source: SourceAddress, isSuspect: Bool) -> [Waiter]? {
    let length = single.count(of: source) + crowd.count(of: source) + suspect.count(of: source) + 1
    let digest =
      suspect.dropFromLongest(over: isSuspect ? length : 0)
      ?? (isSuspect ? nil : crowd.dropFromLongest(over: length) ?? single.dropFromLongest(over: length))
    guard let digest else { return nil }
    entries[digest]?.places -= 1
    // What is being made, or has a turn elsewhere, stays.
    guard let entry = entries[digest], !entry.isBeingMade, entry.places < 1 else { return [] }
    return remove(digest)?.waiters.map(\.waiter) ?? []
  }

  private mutating func remove(_ digest: Digest) -> Entry? {
    guard let entry = entries.removeValue(forKey: digest) else { return nil }
    waiting -= entry.waiters.count
    for source in entry.sources {
      if let others = ofSource[source] { ofSource[source] = others > 1 ? others - 1 : nil }
    }
    if let others = underWay[entry.attempt] {
      underWay[entry.attempt] = others > 1 ? others - 1 : nil
    }
    return entry
  }
}
