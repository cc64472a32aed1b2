// The threads that hash new passwords, so that no thread that others wait for ever does.

import Formats
import Glibc
import Synchronization
import Threading

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

  /// What the threads need; they do not keep the maker itself.
  private final class Core: Sendable {
    let queue = Mutex(FairQueue<Job>())
    let isStopped = Atomic(false)
    let work: WorkSemaphore

    init(work: WorkSemaphore) { self.work = work }

    func run(_ make: Maker) {
      while true {
        work.wait()
        if isStopped.load(ordering: .acquiring) { return }
        guard let job = queue.withLock({ $0.popFirst() }) else { continue }
        job.completion(make(job.password).map { .made($0) } ?? .failed)
      }
    }
  }

  private let core: Core
  private let capacity: Int
  private let threads: Mutex<[WorkerThread]>

  /// - Parameters:
  ///   - workers: threads, and so passwords that do not wait for each other.
  ///   - capacity: most passwords that wait.
  ///   - makeMaker: called once on each thread, so that each has its own working memory.
  /// nil where the system gives no descriptor or not one thread.
  public init?(workers: Int = 2, capacity: Int = 64, makeMaker: @escaping @Sendable () -> Maker) {
    guard let work = WorkSemaphore() else { return nil }
    let core = Core(work: work)
    self.core = core
    self.capacity = capacity
    let started = (0..<workers).compactMap { number in
      WorkerThread(name: "gh-password-\(number)") {
        // As those that verify: hashing yields to the event loops.
        _ = nice(10)
        core.run(makeMaker())
      }
    }
    threads = Mutex(started)
    if started.isEmpty { return nil }
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
    let (isTaken, dropped) = core.queue.withLock { queue -> (Bool, Job?) in
      guard !core.isStopped.load(ordering: .acquiring) else { return (false, nil) }
      var dropped: Job?
      if queue.count >= capacity {
        dropped = queue.dropFromLongest(over: queue.count(of: source) + 1)
        guard dropped != nil else { return (false, nil) }
      }
      queue.append(
        Job(password: password, completion: completion), source: source, name: Digest(a: 0, b: 0, c: 0, d: 0))
      return (true, dropped)
    }
    // One for each job: what gave way was signalled already.
    if let dropped { dropped.completion(.gaveWay) } else if isTaken { core.work.signal() }
    return isTaken
  }

  /// Ends the threads after what they are at; who still waits is told that it failed.
  public func stop() {
    let joined = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    let left = core.queue.withLock { queue in
      core.isStopped.store(true, ordering: .releasing)
      var left: [Job] = []
      while let job = queue.popFirst() { left.append(job) }
      return left
    }
    core.work.signal(times: max(1, joined.count))
    for thread in joined { thread.join() }
    for job in left { job.completion(.failed) }
  }

  deinit { stop() }
}
