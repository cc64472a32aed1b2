// Decides whether a credential is what it claims, without ever blocking an event loop.

public import Authorizations
public import Formats
public import Threading

/// Shared by all event loops.
///
/// A request's credential goes through `authenticate`, which settles it at once where no password has to be hashed. What
/// is pending is begun with `start`, whose completion brings a result to the loop (by its mailbox), and ended with
/// `conclude` against the snapshot of that moment.
///
/// Unknown name, no password, inactive and wrong password each cost one verification and get one answer.
public final class Authenticator: Sendable {
  let key: AuthenticationKey
  let pool: HashPool
  /// Verified passwords, whoever sent them.
  let verified: VerificationCache
  /// Credentials accepted from a source: what lets it pass while the gate of its name is closed by failures.
  let familiar: VerificationCache
  let unmatchable: PasswordHash
  let upstreamTakesTokens: Bool
  let wallClock: @Sendable () -> Int64

  public struct Settings: Sendable {
    /// Cost of the dummy that stands for missing hashes: that of new hashes. A login whose hash has another cost takes
    /// another time to refuse, and so can be told from names that do not exist.
    public var cost = 10
    /// Threads that verify; with none, `runOneVerification` does it.
    public var workers = 1
    /// Verifications that may wait.
    public var queue = 16_384
    public var failures = FailureLimits()
    /// Verified passwords remembered, about 100 bytes each.
    public var verifiedCapacity = 65_536
    /// (source, credential) pairs remembered, about 100 bytes each.
    public var familiarCapacity = 131_072
    /// Whether the upstream has tokens of its own (2.x, 3.x).
    public var upstreamTakesTokens = false

    public init() {}
  }

  /// The system gave no randomness, thread or descriptor.
  public struct StartProblem: Error, Sendable {}

  /// - Parameters:
  ///   - clock: the same as that of every `now` below.
  ///   - wallClock: nanoseconds since 1970, for dates of expiry.
  ///   - makeVerifier: called once on each thread of the pool; libxcrypt by default.
  public init(
    _ settings: Settings, clock: @escaping @Sendable () -> Instant,
    wallClock: @escaping @Sendable () -> Int64 = WallClock.system,
    makeVerifier: @escaping @Sendable () -> HashPool.Verifier = Authenticator.libxcrypt
  ) throws(StartProblem) {
    guard let key = AuthenticationKey.random(),
      let unmatchable = try? PasswordHasher.unmatchable(cost: settings.cost)
    else { throw StartProblem() }
    let verified = VerificationCache(capacity: settings.verifiedCapacity)
    let pool = HashPool(
      workers: settings.workers, capacity: settings.queue, limits: settings.failures, verified: verified,
      clock: clock, makeVerifier: makeVerifier)
    guard let pool else { throw StartProblem() }
    self.key = key
    self.pool = pool
    self.verified = verified
    self.wallClock = wallClock
    self.unmatchable = unmatchable
    familiar = VerificationCache(capacity: settings.familiarCapacity)
    upstreamTakesTokens = settings.upstreamTakesTokens
  }

  /// A verifier with working memory of its own.
  public static let libxcrypt: @Sendable () -> HashPool.Verifier = {
    let hasher = PasswordHasher()
    return { hasher.verify($0, against: $1) }
  }

  /// Verifications that wait for a worker, for metrics.
  public var queueDepth: Int { pool.depth }

  /// Judges `credential` by `snapshot`. Never blocks for longer than a lock is held.
  ///
  public func authenticate(
    _ credential: Credential, source: SourceAddress, snapshot: AuthorizationSnapshot, now: Instant
  ) -> Authentication {
    switch credential {
    case .none: .settled(.refused(.unparsable, .unreadable))
    case .refused(let reason): .settled(.refused(reason, .unreadable))
    case .token(let text, let refusal):
      .settled(authenticate(token: text, refusal: refusal, source: source, snapshot: snapshot, now: now))
    case .login(let name, let password):
      authenticate(name: name, password: password, source: source, snapshot: snapshot, now: now)
    }
  }

  /// Begins a verification. nil: `completion` will be told exactly once, on another thread, even after whoever asked
  /// has gone. Otherwise this is the end of it.
  ///
  /// - Parameter isFresh: whether nothing has failed on the connection that asks: such have their turn sooner than others
  ///   of their source.
  public func start(
    _ verification: PendingVerification, snapshot: AuthorizationSnapshot, now: Instant, isFresh: Bool = true,
    completion: @escaping @Sendable (VerificationResult) -> Void
  ) -> AuthenticationOutcome? {
    let digest = verification.job.digest
    var applicant = verification.applicant
    applicant.isFresh = isFresh
    let submission = pool.submit(verification.job, for: applicant, now: now) {
      completion(VerificationResult(digest: digest, verdict: $0))
    }
    switch submission {
    case .waiting: return nil
    case .verified(let choice):
      let verdict = choice == .current ? PasswordVerdict.matches : .matchesPrevious
      return conclude(verification, VerificationResult(digest: digest, verdict: verdict), snapshot: snapshot)
    case .throttled(let seconds): return .throttled(retryAfterSeconds: seconds)
    case .overloaded: return .overloaded
    }
  }

  /// Notes what the upstream said to a token of its own: 401 counts as a failed attempt, acceptance is remembered, so
  /// that the token passes from this source without a verification and whatever else fails there.
  public func recordUpstream(_ token: UpstreamToken, isAccepted: Bool, now: Instant) {
    if isAccepted {
      if let digest = token.remembered {
        if familiar.contains(digest) { return }
        familiar.insert(digest)
      }
      pool.recordSuccess(of: token.attempt)
    } else if !token.isCounted {
      pool.recordFailure(of: token.attempt, from: token.source, now: now)
    }
  }

  /// Makes the next verification on the calling thread, for a pool without workers; false where none waits.
  public func runOneVerification(_ verify: HashPool.Verifier) -> Bool { pool.runOne(verify) }

  /// Ends the threads; verifications that still wait end as `overloaded`.
  public func stop() { pool.stop() }
}
