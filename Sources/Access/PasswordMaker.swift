// The threads that hash new passwords, so that no thread that others wait for ever does.

import Formats

/// Sources take turns, and where too many wait the newest of the source with most waiting gives way to one with less.
/// Apart from the threads that verify: whoever floods the log-in keeps nobody from changing a password, and the other way
/// round.
public final class PasswordMaker: Sendable {
  /// Makes the hash that is kept of a password; nil where that fails.
  public typealias Maker = ([UInt8]) -> String?

  public enum Outcome: Sendable, Equatable {
    case made(String)
    /// No hash could be made, or the threads ended.
    case failed
    /// Others wait who sent less.
    case gaveWay
  }

  private struct Job: Sendable {
    let password: [UInt8]
    let completion: @Sendable (Outcome) -> Void
  }

  private let pool: JobPool<FairQueue<Job>>
  private let capacity: Int

  /// - Parameters:
  ///   - workers: threads, and so passwords that do not wait for each other.
  ///   - capacity: most passwords that wait.
  ///   - makeMaker: called once on each thread, so that each has its own working memory.
  /// nil where the system gives no descriptor or not one thread.
  public init?(workers: Int = 2, capacity: Int = 64, makeMaker: @escaping @Sendable () -> Maker) {
    let pool = JobPool(name: "gh-password", workers: workers, FairQueue<Job>()) { _ in
      let make = makeMaker()
      return { $0.completion(make($0.password).map { .made($0) } ?? .failed) }
    }
    guard let pool, workers > 0 else { return nil }
    self.pool = pool
    self.capacity = capacity
  }

  /// Hashes with libxcrypt at `cost`.
  public static func libxcrypt(cost: Int) -> @Sendable () -> Maker {
    {
      let hasher = PasswordHasher()
      return { try? hasher.make($0, cost: cost).text }
    }
  }

  /// False where too many wait already and nobody has more waiting than `source`. Otherwise `completion` is told exactly
  /// once: on another thread, or on that of a later `submit` for which it gives way.
  public func submit(
    _ password: [UInt8], from source: SourceAddress, completion: @escaping @Sendable (Outcome) -> Void
  ) -> Bool {
    let capacity = capacity
    let made = pool.jobs.enqueue { queue -> (result: (isTaken: Bool, dropped: Job?), wakes: Bool) in
      var dropped: Job?
      if queue.count >= capacity {
        dropped = queue.dropFromLongest(over: queue.count(of: source) + 1)
        guard dropped != nil else { return ((false, nil), false) }
      }
      queue.append(
        Job(password: password, completion: completion), source: source, name: Digest(a: 0, b: 0, c: 0, d: 0))
      // One for each job: what gave way was signalled already.
      return ((true, dropped), dropped == nil)
    }
    made?.dropped?.completion(.gaveWay)
    return made?.isTaken ?? false
  }

  /// Ends the threads after what they are at; who still waits is told that it failed.
  public func stop() { for job in pool.stop() { job.completion(.failed) } }

  deinit { stop() }
}
