// A file for a secret: made by us with mode 0600, and never one that was there.

import Glibc

struct NewFile {
  private let path: String
  private let descriptor: Int32

  static func option(_ what: String) -> Option {
    .value("--out", "FILE", "write \(what) to this file, made with mode 0600; one that is there is left alone")
  }

  /// Makes the file, empty: before that which it is for, so that nothing is made in vain.
  init(_ path: String) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
    // Whatever the umask says.
    guard fchmod(descriptor, 0o600) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      unlink(path)
      throw .failed("\(path): \(reason)")
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Writes one line, to the disk, and closes; where that fails, the file is gone again.
  func write(line: String) -> Bool {
    let isWritten = Terminal(descriptor: descriptor).line(line) && fsync(descriptor) == 0
    close(descriptor)
    if !isWritten { unlink(path) }
    return isWritten
  }

  /// Takes the file away, because there is nothing to write.
  func discard() {
    close(descriptor)
    unlink(path)
  }
}
