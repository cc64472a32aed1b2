// The open file of the access log, as its writer's thread uses it.

import Glibc

struct AccessLogFile {
  private let destination: AccessLog.Destination
  private var descriptor: Int32
  /// Whether a part of a line was written last, which must not swallow the next.
  private var endsInLine = false

  private static let lineEnd = UInt8(ascii: "\n")

  init(_ destination: AccessLog.Destination) throws(AccessLog.OpenProblem) {
    self.destination = destination
    descriptor = try Self.open(destination)
  }

  /// Opens it again by its path; where that fails the old one goes on.
  mutating func reopen() throws(AccessLog.OpenProblem) {
    guard case .file = destination else { return }
    let fresh = try Self.open(destination)
    Glibc.close(descriptor)
    descriptor = fresh
    endsInLine = false
  }

  /// Writes whole lines, so many of them; nil, or how many were lost and why.
  mutating func write(_ bytes: [UInt8], lines: Int) -> (lost: Int, reason: String)? {
    // Lines in a file that has no name any more would be lost.
    if isDeleted {
      do throws(AccessLog.OpenProblem) { try reopen() } catch { return (lines, error.description) }
    }
    if endsInLine {
      guard [Self.lineEnd].withUnsafeBytes({ writeAll(descriptor, $0) }) else { return (lines, Self.reason(errno)) }
      endsInLine = false
    }
    let written = bytes.withUnsafeBytes { writtenBytes(descriptor, $0) }
    guard written < bytes.count else { return nil }
    let problem = errno
    if written > 0 { endsInLine = bytes[written - 1] != Self.lineEnd }
    return (lines - bytes[..<written].count { $0 == Self.lineEnd }, Self.reason(problem))
  }

  func close() {
    if case .file = destination { Glibc.close(descriptor) }
  }

  private var isDeleted: Bool {
    guard case .file = destination else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 0
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func open(_ destination: AccessLog.Destination) throws(AccessLog.OpenProblem) -> Int32 {
    guard case .file(let path) = destination else { return STDOUT_FILENO }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw AccessLog.OpenProblem(errno: errno) }
    return descriptor
  }
}
