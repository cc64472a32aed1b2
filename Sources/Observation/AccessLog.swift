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

  private struct State: Sendable {
    var tasks: [Work] = []
    var queuedBytes = 0
    var dropped = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let work: WorkSemaphore
  private let ended: WorkSemaphore
  private let writer: Mutex<WorkerThread?>
  private let capacity: Int

  /// The file cannot be opened (`errno` says why), or the system gives no thread or descriptor.
  public struct OpenProblem: Error, Sendable, Equatable {
    public let errno: Int32
  }

  /// - Parameter capacity: bytes that may wait for the file.
  public init(_ destination: Destination, capacity: Int = 8 << 20) throws(OpenProblem) {
    guard let work = WorkSemaphore(), let ended = WorkSemaphore() else { throw OpenProblem(errno: EMFILE) }
    let descriptor = try Self.open(destination)
    self.work = work
    self.ended = ended
    self.capacity = capacity
    writer = Mutex(nil)
    // The thread keeps the log itself; `close` ends it.
    let thread = WorkerThread(name: "gh-access-log") { [self] in run(destination, descriptor) }
    guard let thread else {
      if case .file = destination { Glibc.close(descriptor) }
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
    }
    guard ended.wait(atMost: milliseconds) else { return false }
    thread.join()
    return true
  }

  func submit(_ bytes: [UInt8], lines: Int) {
    add { state in
      if state.isClosed || state.queuedBytes > capacity - min(bytes.count, capacity) {
        state.dropped += lines
      } else {
        state.queuedBytes += bytes.count
        state.tasks.append(.write(bytes, lines: lines))
      }
    }
  }

  /// Changes the state, and wakes the writer where it has got something to do.
  private func add(_ change: (inout State) -> Void) {
    let mustWake = state.withLock { state -> Bool in
      let wasIdle = state.tasks.isEmpty
      change(&state)
      return wasIdle && !state.tasks.isEmpty
    }
    if mustWake { work.signal() }
  }

  private func run(_ destination: Destination, _ initial: Int32) {
    var descriptor = initial
    while true {
      work.wait()
      let tasks = state.withLock { state in
        defer { state.tasks = [] }
        return state.tasks
      }
      for task in tasks {
        switch task {
        case .write(let bytes, let lines):
          let isWritten = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
          state.withLock { state in
            state.queuedBytes -= bytes.count
            if !isWritten { state.dropped += lines }
          }
        case .reopen:
          guard case .file = destination, let fresh = try? Self.open(destination) else { continue }
          Glibc.close(descriptor)
          descriptor = fresh
        case .end:
          if case .file = destination { Glibc.close(descriptor) }
          ended.signal()
          return
        }
      }
    }
  }

  private static func open(_ destination: Destination) throws(OpenProblem) -> Int32 {
    guard case .file(let path) = destination else { return STDOUT_FILENO }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw OpenProblem(errno: errno) }
    return descriptor
  }
}
