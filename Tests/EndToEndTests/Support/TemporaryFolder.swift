// A folder of its own for one test, removed with its owner.

import Foundation

final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/gatehouse-test-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw HarnessFailure("mkdtemp: \(errno)") }
    path = String(cString: made)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    let target = file(name)
    guard
      FileManager.default.createFile(atPath: target, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    else { throw HarnessFailure("cannot write \(target)") }
    return target
  }
}
