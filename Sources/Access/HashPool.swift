// The worker threads that verify passwords, so that no event loop ever does.

public import Formats
import Threading

/// Runs verifications in the order of a `HashScheduler`. A verification goes on after its client has left: its result
/// is remembered, so the client's next attempt is immediate.
public final class HashPool: Sendable {
  /// Told exactly once, on a worker's thread, or on the thread that made it give way or stopped the pool.
  typealias Completion = @Sendable (PasswordVerdict) -> Void
  public typealias Verifier = ([UInt8], PasswordHash) -> PasswordVerdict

  enum Submission: Sendable {
    /// The completion will be told.
    case waiting
    /// The same was verified a moment ago; the completion will not be told, as in the cases below.
    case verified(PasswordChoice)
    case throttled(retryAfterSeconds: Int)
    case overloaded
  }

  private typealias Queue = HashScheduler<Completion>

  private let pool: JobPool<Queue>
  private let verified: VerificationCache
  private let clock: @Sendable () -> Instant

  /// - Parameters:
  ///   - workers: threads; none for a pool that is driven by `runOne`.
  ///   - capacity: most verifications that wait.
  ///   - makeVerifier: called once on each thread, so that each has its own working memory.
  /// nil where the system gives no descriptor or not one thread.
  init?(
    workers: Int, capacity: Int, limits: FailureLimits, verified: VerificationCache,
    clock: @escaping @Sendable () -> Instant, makeVerifier: @escaping @Sendable () -> Verifier
  ) {
    let scheduler = Queue(capacity: capacity, waiterCapacity: min(capacity, 1 << 20) * 16, limits: limits)
    let pool = JobPool(name: "gh-hash", workers: workers, scheduler) { jobs in
      let verify = makeVerifier()
      return { Self.perform($0, of: jobs, verify, verified, clock) }
    }
    guard let pool else { return nil }
    self.pool = pool
    self.verified = verified
    self.clock = clock
  }

  private static func perform(
    _ job: HashJob, of jobs: SharedJobs<Queue>, _ verify: Verifier, _ verified: VerificationCache,
    _ clock: () -> Instant
  ) {
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
    let completions = jobs.withQueue { $0.finish(job.digest, verdict, now: now) }
    for complete in completions { complete(verdict) }
  }

  /// Verifications that wait for a worker.
  public var depth: Int { pool.jobs.withQueue { $0.depth } }

  func submit(
    _ job: HashJob, for applicant: HashApplicant, now: Instant, completion: @escaping Completion
  ) -> Submission {
    let verified = verified
    let made = pool.jobs.enqueue { scheduler -> (result: (Submission, given: [Completion]), wakes: Bool) in
      // Under the lock: it may have ended since the caller looked.
      if let choice = verified.choice(of: job.digest) { return ((.verified(choice), []), false) }
      return switch scheduler.submit(job, for: applicant, waiter: completion, now: now) {
      case .queued(let dropped): ((.waiting, dropped), true)
      case .joined: ((.waiting, []), true)
      case .throttled(let seconds): ((.throttled(retryAfterSeconds: seconds), []), false)
      case .overloaded: ((.overloaded, []), false)
      }
    }
    guard let (submission, given) = made else { return .overloaded }
    for complete in given { complete(.unavailable) }
    return submission
  }

  /// Seconds until `attempt` may try again, or nil while it may.
  func pause(of attempt: Digest, now: Instant) -> Int? {
    pool.jobs.withQueue { $0.pause(of: attempt, now: now) }
  }

  func recordFailure(of attempt: Digest, from source: SourceAddress, now: Instant) {
    pool.jobs.withQueue { $0.recordFailure(of: attempt, from: source, now: now) }
  }

  func recordSuccess(of attempt: Digest) { pool.jobs.withQueue { $0.recordSuccess(of: attempt) } }

  /// Makes the next verification on the calling thread; false where none waits. For a pool without workers.
  func runOne(_ verify: Verifier) -> Bool {
    pool.jobs.doOne { Self.perform($0, of: pool.jobs, verify, verified, clock) }
  }

  /// Ends the threads after the verifications that they are at; who still waits is told `unavailable`.
  public func stop() { for complete in pool.stop() { complete(.unavailable) } }
}
