// The file of the audit log: whole lines, kept on disk before anything goes on.

import Glibc

/// Appends lines to one file, which several processes may do at once. Used from one thread.
public final class AuditFile {
  public struct Problem: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  private let path: String
  private var descriptor: Int32

  /// Milliseconds that another process may hold the file: each of them holds it for one line.
  private static let patience: UInt32 = 1_000

  /// Opens the file, made with mode 0600 where it is missing.
  ///
  /// - Throws: also where it is no regular file, or others may write to it and so change what it says.
  public init(path: String) throws(Problem) {
    self.path = path
    descriptor = try Self.open(path)
  }

  deinit { close(descriptor) }

  /// Opens the file again by its path, as log rotation asks for. Where it cannot be opened the old one goes on.
  public func reopen() throws(Problem) {
    let fresh = try Self.open(path)
    close(descriptor)
    descriptor = fresh
  }

  /// Adds a line with its newline.
  ///
  /// - Parameter isDurable: whether it must have reached the disk on return.
  /// - Throws: where it could not be written whole; nothing of it remains then.
  public func append(_ line: [UInt8], isDurable: Bool) throws(Problem) {
    try lock()
    defer { flock(descriptor, LOCK_UN) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
    // A crash or a full disk may have left half a line, which must not swallow this one.
    var last = UInt8(ascii: "\n")
    if status.st_size > 0, pread(descriptor, &last, 1, status.st_size - 1) != 1 { throw Self.failure(path) }
    let bytes = last == UInt8(ascii: "\n") ? line : [UInt8(ascii: "\n")] + line
    let isWritten = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
    guard isWritten, !isDurable || fsync(descriptor) == 0 else {
      let failure = Self.failure(path)
      ftruncate(descriptor, status.st_size)
      throw failure
    }
  }

  /// Takes the file for one line, and another one where it was taken away: lines in a file without a name are lost.
  private func lock() throws(Problem) {
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_nlink == 0 { try reopen() }
    var waited: UInt32 = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, waited < Self.patience else { throw Self.failure(path) }
      usleep(1_000)
      waited += 1
    }
  }

  private static func open(_ path: String) throws(Problem) -> Int32 {
    // Without O_NONBLOCK the opening of a named pipe would wait for a reader.
    let descriptor = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    var status = stat()
    let problem: String? =
      if fstat(descriptor, &status) != 0 {
        String(cString: strerror(errno))
      } else if status.st_mode & S_IFMT != S_IFREG {
        "not a regular file"
      } else if status.st_mode & 0o022 != 0 {
        "its mode \(String(status.st_mode & 0o777, radix: 8)) lets others write to it; chmod 600 it first"
      } else {
        nil
      }
    if let problem {
      close(descriptor)
      throw Problem(description: "audit log \(path): \(problem)")
    }
    syncFolder(of: path)
    return descriptor
  }

  /// A file that was just made has a durable name only then.
  private static func syncFolder(of path: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String) -> Problem {
    Problem(description: "audit log \(path): \(String(cString: strerror(errno)))")
  }
}
