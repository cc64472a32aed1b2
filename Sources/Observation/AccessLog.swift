// The access log's writer: one thread that alone waits for the file, and a bounded queue before it.

import Glibc
import Synchronization
import Threading

/// Takes blocks of lines and writes them in order. Never makes an event loop wait: where the file cannot keep up, whole
/// blocks are dropped and their lines counted.
public final class AccessLog: Sendable {
  public enum Destination: Sendable, Equatable {
    case standardOutput
    /// Created with mode 0640 where it is missing, appended to otherwise.
    case file(String)
  }

  private enum Work: Sendable {
    case write([UInt8], lines: Int)
    case reopen
    case end
  }

  /// What its operator has to know, told as it happens.
  public enum Trouble: Sendable, Equatable {
    /// Lines are lost: so many since all was well. Told of the first, and again whenever there are ten times as many.
    case losing(lines: Int, reason: String)
    /// Lines are written again; so many were lost meanwhile.
    case over(lost: Int)
    /// Log rotation asked for the file to be opened anew, and it cannot be: the old one goes on.
    case notReopened(reason: String)
  }

  private struct State: Sendable {
    var tasks: [Work] = []
    var queuedBytes = 0
    var dropped = 0
    var isClosed = false
    /// Lines lost since the last that was written, 0 while all is well.
    var missing = 0
    /// So many of them make the next message.
    var nextTold = 1

    mutating func lose(_ lines: Int, _ reason: @autoclosure () -> String) -> Trouble? {
      guard lines > 0 else { return nil }
      dropped += lines
      missing += lines
      guard missing >= nextTold else { return nil }
      while nextTold <= missing {
        nextTold = nextTold.multipliedReportingOverflow(by: 10).overflow ? .max : nextTold * 10
      }
      return .losing(lines: missing, reason: reason())
    }

    /// After a block that was written whole: once nothing waits any more, the trouble is over.
    mutating func recover() -> Trouble? {
      guard missing > 0, queuedBytes == 0 else { return nil }
      defer { (missing, nextTold) = (0, 1) }
      return .over(lost: missing)
    }
  }

  private let state = Mutex(State())
  private let work: WorkSemaphore
  private let ended: WorkSemaphore
  private let writer: Mutex<WorkerThread?>
  private let capacity: Int
  private let report: @Sendable (Trouble) -> Void

  /// The file cannot be opened (`errno` says why), or the system gives no thread or descriptor.
  public struct OpenProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let errno: Int32

    /// In the system's words.
    public var description: String { String(cString: strerror(errno)) }
  }

  /// - Parameters:
  ///   - capacity: bytes that may wait for the file.
  ///   - report: called from any thread, without a lock held.
  public init(
    _ destination: Destination, capacity: Int = 8 << 20, report: @escaping @Sendable (Trouble) -> Void = { _ in }
  ) throws(OpenProblem) {
    guard let work = WorkSemaphore(), let ended = WorkSemaphore() else { throw OpenProblem(errno: EMFILE) }
    let file = try AccessLogFile(destination)
    self.work = work
    self.ended = ended
    self.capacity = capacity
    self.report = report
    writer = Mutex(nil)
    // The thread keeps the log itself; `close` ends it.
    let thread = WorkerThread(name: "gh-access-log") { [self] in run(file) }
    guard let thread else {
      file.close()
      throw OpenProblem(errno: EAGAIN)
    }
    writer.withLock { $0 = thread }
  }

  /// Lines lost so far: the queue was full, or the file could not be written.
  public var droppedLines: Int { state.withLock { $0.dropped } }

  /// Opens the file again by its path, as log rotation asks for: what was handed over before goes to the old file.
  /// Where it cannot be opened the old one goes on.
  public func reopen() {
    add { state in
      if !state.isClosed { state.tasks.append(.reopen) }
      return nil
    }
  }

  /// Writes what was handed over, then ends the thread. What is handed over afterwards is dropped.
  ///
  /// Gives up after `milliseconds`, so that a reader who takes nothing cannot keep the process alive: false then.
  @discardableResult
  public func close(waitingAtMost milliseconds: Int = 5_000) -> Bool {
    let thread = writer.withLock { writer in
      defer { writer = nil }
      return writer
    }
    guard let thread else { return true }
    add { state in
      state.isClosed = true
      state.tasks.append(.end)
      return nil
    }
    guard ended.wait(atMost: milliseconds) else { return false }
    thread.join()
    return true
  }

  func submit(_ bytes: [UInt8], lines: Int) {
    add { state in
      if state.isClosed || state.queuedBytes > capacity - min(bytes.count, capacity) {
        let reason = state.isClosed ? "the log is closed" : "it is written too slowly"
        return state.lose(lines, reason)
      }
      state.queuedBytes += bytes.count
      state.tasks.append(.write(bytes, lines: lines))
      return nil
    }
  }

  /// Changes the state, wakes the writer where it has got something to do, and tells the trouble there is.
  private func add(_ change: (inout State) -> Trouble?) {
    let (mustWake, trouble) = state.withLock { state -> (Bool, Trouble?) in
      let wasIdle = state.tasks.isEmpty
      let trouble = change(&state)
      return (wasIdle && !state.tasks.isEmpty, trouble)
    }
    if mustWake { work.signal() }
    if let trouble { report(trouble) }
  }

  private func run(_ opened: AccessLogFile) {
    var file = opened
    while true {
      work.wait()
      let tasks = state.withLock { state in
        defer { state.tasks = [] }
        return state.tasks
      }
      for task in tasks {
        switch task {
        case .write(let bytes, let lines):
          let loss = file.write(bytes, lines: lines)
          let trouble = state.withLock { state -> Trouble? in
            state.queuedBytes -= bytes.count
            guard let loss else { return state.recover() }
            return state.lose(loss.lost, loss.reason)
          }
          if let trouble { report(trouble) }
        case .reopen:
          do throws(OpenProblem) { try file.reopen() } catch { report(.notReopened(reason: error.description)) }
        case .end:
          file.close()
          ended.signal()
          return
        }
      }
    }
  }
}
