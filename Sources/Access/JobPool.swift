// Threads that do the jobs of a queue: the one pool, of those that verify passwords and of those that hash new ones.

import Glibc
import Synchronization
import Threading

/// In what order jobs are done, and who waits for them.
protocol JobQueue: Sendable {
  associatedtype Job: Sendable
  associatedtype Waiter: Sendable
  /// Takes out the job that is to be done now; nil where none waits.
  mutating func next() -> Job?
  /// Everything given up: returns all who wait.
  mutating func removeAll() -> [Waiter]
}

/// A queue that threads share. Outlives the pool for as long as one of them is at a job.
final class SharedJobs<Queue: JobQueue>: Sendable {
  private let queue: Mutex<Queue>
  private let work: WorkSemaphore
  private let isStopped = Atomic(false)

  fileprivate init(_ queue: consuming sending Queue, _ work: WorkSemaphore) {
    self.queue = Mutex(queue)
    self.work = work
  }

  func withQueue<Result: Sendable>(_ body: (inout Queue) -> Result) -> Result { queue.withLock { body(&$0) } }

  /// Changes the queue, or does nothing and returns nil once the pool has ended, so that nobody waits who was not told.
  ///
  /// - Parameter change: returns also whether a worker has to be woken.
  func enqueue<Result: Sendable>(_ change: (inout Queue) -> (result: Result, wakes: Bool)) -> Result? {
    let changed = queue.withLock { isStopped.load(ordering: .acquiring) ? nil : change(&$0) }
    if changed?.wakes == true { work.signal() }
    return changed?.result
  }

  /// Does the next job on the calling thread; false where none waits.
  func doOne(_ perform: (Queue.Job) -> Void) -> Bool {
    guard let job = withQueue({ $0.next() }) else { return false }
    perform(job)
    return true
  }

  fileprivate func doAll(_ perform: (Queue.Job) -> Void) {
    while true {
      work.wait()
      if isStopped.load(ordering: .acquiring) { return }
      _ = doOne(perform)
    }
  }

  fileprivate func stop(_ threads: [WorkerThread]) -> [Queue.Waiter] {
    // Under the lock: who has it sees the queue taken in whole or not at all.
    queue.withLock { _ in isStopped.store(true, ordering: .releasing) }
    work.signal(times: max(1, threads.count))
    for thread in threads { thread.join() }
    return withQueue { $0.removeAll() }
  }
}

final class JobPool<Queue: JobQueue>: Sendable {
  let jobs: SharedJobs<Queue>
  private let threads: Mutex<[WorkerThread]>

  /// - Parameters:
  ///   - name: of each thread, before its number; at most 12 bytes.
  ///   - workers: threads; none for a pool whose jobs are done by `SharedJobs.doOne`.
  ///   - makeWorker: called once on each thread, so that each has its own working memory. What it returns does one job.
  /// nil where the system gives no descriptor or not one thread.
  init?(
    name: String, workers: Int, _ queue: consuming sending Queue,
    makeWorker: @escaping @Sendable (SharedJobs<Queue>) -> (Queue.Job) -> Void
  ) {
    guard let work = WorkSemaphore() else { return nil }
    let jobs = SharedJobs(queue, work)
    self.jobs = jobs
    let started = (0..<workers).compactMap { number in
      WorkerThread(name: "\(name)-\(number)") {
        // On Linux this concerns the calling thread alone. Hashing yields to the event loops where processors are few.
        _ = nice(10)
        jobs.doAll(makeWorker(jobs))
      }
    }
    threads = Mutex(started)
    if started.isEmpty && workers > 0 { return nil }
  }

  /// Ends the threads after the jobs that they are at.
  ///
  /// - Returns: who still waits.
  func stop() -> [Queue.Waiter] {
    jobs.stop(
      threads.withLock { threads in
        defer { threads = [] }
        return threads
      })
  }
}
