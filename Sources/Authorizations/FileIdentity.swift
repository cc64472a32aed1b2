// Which file a path means: the same path may mean another file later.

import Glibc

/// Device and inode of a file.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let inode: ino_t

  /// nil where there is no such file.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = status.st_dev
    inode = status.st_ino
  }
}
