// The files of the machine, read with the checks that secrets need.

internal import Glibc

/// Reads real files. The permissions are those of the file that was opened, so that it cannot be swapped after the check.
public struct SystemFiles: FileAccess {
  public init() {}

  public func contents(of path: String, limit: Int, isSecret: Bool) throws(FileFailure) -> [UInt8] {
    // Without O_NONBLOCK the open of a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileFailure("cannot be opened: \(Self.reason(errno))") }
    defer { close(descriptor) }
    var status = Glibc.stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFailure("cannot be examined: \(Self.reason(errno))") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure("is not a regular file") }
    if isSecret, status.st_mode & Self.others != 0 {
      throw FileFailure("is open to every user of this machine; chmod o= it")
    }
    guard status.st_size <= limit else { throw FileFailure("is longer than \(limit) bytes") }
    return try Self.bytes(of: descriptor, limit: limit)
  }

  public func isOpenToAll(_ path: String) -> Bool {
    var status = Glibc.stat()
    return stat(path, &status) == 0 && status.st_mode & Self.others != 0
  }

  /// Read, write and execute of those who are neither owner nor in the group.
  private static let others: mode_t = 0o007

  private static func bytes(of descriptor: Int32, limit: Int) throws(FileFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure("cannot be read: \(reason(errno))") }
      if count == 0 { return bytes }
      // It may have grown since the check above.
      guard bytes.count + count <= limit else { throw FileFailure("is longer than \(limit) bytes") }
      bytes += piece.prefix(count)
    }
  }

  private static func reason(_ code: Int32) -> String {
    String(cString: strerror(code))
  }
}
