// Where the tests find recordings and, beside the clone, the public statements.

import Foundation

enum Places {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The lines of a file below `Tests/Fixtures`; empty if it is not there.
  static func fixture(_ path: String) -> [Substring] { lines(root.appendingPathComponent("Tests/Fixtures/\(path)")) }

  /// The lines of a file that may stand beside the clone.
  static func shared(_ path: String) -> [Substring] { lines(root.appendingPathComponent("../shared/\(path)")) }

  private static func lines(_ url: URL) -> [Substring] {
    ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(separator: "\n")
  }
}
