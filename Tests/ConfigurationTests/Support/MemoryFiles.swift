// Files held in memory, so that most tests touch no disk.

import Configuration

struct MemoryFiles: FileAccess {
  var texts: [String: String] = [
    "tls/server.crt": "-----BEGIN CERTIFICATE-----\n", "tls/server.key": "-----BEGIN PRIVATE KEY-----\n",
    "tls/ca.crt": "-----BEGIN CERTIFICATE-----\n", "upstream-password": "from the file\nnot this\n",
    "not-pem": "hello\n", "open-secret": "anyone reads this\n", "empty": "",
    "tls/open.key": "-----BEGIN PRIVATE KEY-----\n",
    "windows": "secret\r\n", "control": "a\u{1}b",
  ]
  /// Files that everyone may read.
  var openToAll: Set<String> = ["open-secret", "tls/open.key"]

  func contents(of path: String, limit: Int, isSecret: Bool) throws(FileFailure) -> [UInt8] {
    guard let text = texts[path] else { throw FileFailure("cannot be opened: No such file or directory") }
    if isSecret, openToAll.contains(path) {
      throw FileFailure("is open to every user of this machine; chmod o= it")
    }
    return Array(text.utf8)
  }

  func isOpenToAll(_ path: String) -> Bool { openToAll.contains(path) }
}
