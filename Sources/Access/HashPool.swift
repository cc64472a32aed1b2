// The worker threads that verify passwords, so that no event loop ever does.

public import Formats
import Glibc
import Synchronization
import Threading

/// Runs verifications in the order of a `HashScheduler`. A verification goes on after its client has left: its result
/// is remembered, so the client's next attempt is immediate.
public final class HashPool: Sendable {
  /// Told exactly once, on a worker's thread, or on the thread that made it give way or stopped the pool.
  typealias Completion = @Sendable (PasswordVerdict) -> Void
  public typealias Verifier = ([UInt8], PasswordHash) -> PasswordVerdict

  enum Submission {
    /// The completion will be told.
    case waiting
    /// The same was verified a moment ago; the completion will not be told, as in the cases below.
    case verified(PasswordChoice)
    case throttled(retryAfterSeconds: Int)
    case overloaded
  }

  /// What the threads need; they do not keep the pool itself.
  private final class Core: Sendable {
    let scheduler: Mutex<HashScheduler<Completion>>
    let isStopped = Atomic(false)
    let work: WorkSemaphore
    let verified: VerificationCache
    let clock: @Sendable () -> Instant

    init(
      scheduler: consuming HashScheduler<Completion>, work: WorkSemaphore, verified: VerificationCache,
      clock: @escaping @Sendable () -> Instant
    ) {
      self.scheduler = Mutex(scheduler)
      self.work = work
      self.verified = verified
      self.clock = clock
    }

    /// Makes the next verification on the calling thread; false where none waits.
    func runOne(_ verify: Verifier) -> Bool {
      guard let job = scheduler.withLock({ $0.next() }) else { return false }
      var verdict = verify(job.password, job.hash)
      if verdict == .differs, let alternative = job.alternative {
        verdict = verify(job.password, alternative)
        if verdict == .matches { verdict = .matchesPrevious }
      }
      if verdict == .matches && !job.mayMatch { verdict = .differs }
      // Before it is no longer under way, so that nobody finds it neither remembered nor under way and hashes again.
      if job.isRemembered {
        switch verdict {
        case .matches: verified.insert(job.digest)
        case .matchesPrevious: verified.insert(job.digest, .previous)
        case .differs, .unavailable: break
        }
      }
      let now = clock()
      let completions = scheduler.withLock { $0.finish(job.digest, verdict, now: now) }
      for complete in completions { complete(verdict) }
      return true
    }
  }

  private let core: Core
  private let threads: Mutex<[WorkerThread]>

  /// - Parameters:
  ///   - workers: threads; none for a pool that is driven by `runOne`.
  ///   - capacity: most verifications that wait.
  ///   - makeVerifier: called once on each thread, so that each has its own working memory.
  /// nil where the system gives no descriptor or not one thread.
  init?(
    workers: Int, capacity: Int, limits: FailureLimits, verified: VerificationCache,
    clock: @escaping @Sendable () -> Instant, makeVerifier: @escaping @Sendable () -> Verifier
  ) {
    guard let work = WorkSemaphore() else { return nil }
    let core = Core(
      scheduler: HashScheduler(capacity: capacity, waiterCapacity: min(capacity, 1 << 20) * 16, limits: limits),
      work: work,
      verified: verified, clock: clock)
    self.core = core
    let started = (0..<workers).compactMap { number in
      WorkerThread(name: "gh-hash-\(number)") {
        // On Linux this concerns the calling thread alone. Hashing yields to the event loops where processors are few.
        _ = nice(10)
        let verify = makeVerifier()
        while true {
          core.work.wait()
          if core.isStopped.load(ordering: .acquiring) { return }
          _ = core.runOne(verify)
        }
      }
    }
    threads = Mutex(started)
    if started.isEmpty && workers > 0 { return nil }
  }

  /// Verifications that wait for a worker.
  public var depth: Int { core.scheduler.withLock { $0.depth } }

  func submit(
    _ job: HashJob, for applicant: HashApplicant, now: Instant, completion: @escaping Completion
  ) -> Submission {
    let core = self.core
    var given: [Completion] = []
    let submission = core.scheduler.withLock { scheduler -> Submission in
      // Under the lock, so that nobody is added after `stop` has told all who wait.
      if core.isStopped.load(ordering: .acquiring) { return .overloaded }
      // Again: it may have ended since the caller looked.
      if let choice = core.verified.choice(of: job.digest) { return .verified(choice) }
      switch scheduler.submit(job, for: applicant, waiter: completion, now: now) {
      case .queued(let dropped):
        given = dropped
        return .waiting
      case .joined: return .waiting
      case .throttled(let seconds): return .throttled(retryAfterSeconds: seconds)
      case .overloaded: return .overloaded
      }
    }
    if case .waiting = submission { core.work.signal() }
    for complete in given { complete(.unavailable) }
    return submission
  }

  /// Seconds until `attempt` may try again, or nil while it may.
  func pause(of attempt: Digest, now: Instant) -> Int? {
    core.scheduler.withLock { $0.pause(of: attempt, now: now) }
  }

  func recordFailure(of attempt: Digest, from source: SourceAddress, now: Instant) {
    core.scheduler.withLock { $0.recordFailure(of: attempt, from: source, now: now) }
  }

  func recordSuccess(of attempt: Digest) {
    core.scheduler.withLock { $0.recordSuccess(of: attempt) }
  }

  /// Makes the next verification on the calling thread; false where none waits. For a pool without workers.
  func runOne(_ verify: Verifier) -> Bool { core.runOne(verify) }

  /// Ends the threads after the verifications that they are at; who still waits is told `unavailable`.
  public func stop() {
    let joined = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    core.isStopped.store(true, ordering: .releasing)
    core.work.signal(times: max(1, joined.count))
    for thread in joined { thread.join() }
    for complete in core.scheduler.withLock({ $0.removeAll() }) { complete(.unavailable) }
  }
}
