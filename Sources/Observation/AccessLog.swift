// The access log's writer: one thread that alone waits for the file, and a bounded queue before it.

import Glibc
import Synchronization

/// Takes blocks of lines and writes them in order. Never makes an event loop wait: where the file cannot keep up, whole
/// blocks are dropped and their lines counted.
public final class AccessLog: Sendable {
  public enum Destination: Sendable, Equatable {
    case standardOutput
    /// Created with mode 0640 where it is missing, appended to otherwise.
    case file(String)
  }

  private struct State: Sendable {
    var blocks: [(bytes: [UInt8], lines: Int)] = []
    var queuedBytes = 0
    var dropped = 0
    var mustReopen = false
    var isClosed = false
  }

  private let state = Mutex(State())
  private let work: Semaphore
  private let writer: Mutex<WorkerThread?>
  private let capacity: Int

  /// The file cannot be opened (`errno` says why), or the system gives no thread or descriptor.
  public struct OpenProblem: Error, Sendable, Equatable {
    public let errno: Int32
  }

  /// - Parameter capacity: bytes that may wait for the file.
  public init(_ destination: Destination, capacity: Int = 8 << 20) throws(OpenProblem) {
    let descriptor = try Self.open(destination)
    guard let work = Semaphore() else { throw OpenProblem(errno: EMFILE) }
    self.work = work
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

  /// Opens the file again by its path before the next block, as log rotation asks for. Where that fails the open file
  /// goes on.
  public func reopen() { state.withLock { $0.mustReopen = true } }

  /// Writes what was handed over, then ends the thread. What is handed over afterwards is dropped.
  public func close() {
    let thread = writer.withLock { writer in
      defer { writer = nil }
      return writer
    }
    guard let thread else { return }
    state.withLock { $0.isClosed = true }
    work.signal()
    thread.join()
  }

  func submit(_ bytes: [UInt8], lines: Int) {
    let mustWake = state.withLock { state -> Bool in
      guard !state.isClosed, state.queuedBytes <= capacity - min(bytes.count, capacity) else {
        state.dropped += lines
        return false
      }
      state.blocks.append((bytes, lines))
      state.queuedBytes += bytes.count
      return state.blocks.count == 1
    }
    if mustWake { work.signal() }
  }

  private func run(_ destination: Destination, _ initial: Int32) {
    var descriptor = initial
    while true {
      work.wait()
      let (blocks, mustReopen, isClosed) = state.withLock { state in
        let taken = (state.blocks, state.mustReopen, state.isClosed)
        state.blocks = []
        state.mustReopen = false
        return taken
      }
      if mustReopen, case .file = destination, let fresh = try? Self.open(destination) {
        Glibc.close(descriptor)
        descriptor = fresh
      }
      for (bytes, lines) in blocks {
        let isWritten = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
        state.withLock { state in
          state.queuedBytes -= bytes.count
          if !isWritten { state.dropped += lines }
        }
      }
      if isClosed { break }
    }
    if case .file = destination { Glibc.close(descriptor) }
  }

  private static func open(_ destination: Destination) throws(OpenProblem) -> Int32 {
    guard case .file(let path) = destination else { return STDOUT_FILENO }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw OpenProblem(errno: errno) }
    return descriptor
  }
}
