// One type says what the InfluxDB behind can: nobody else asks which one it is.

import Formats
import Foundation
import Testing

@Suite("Dialects") struct DialectTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  @Test func areSpelledAsTheConfigurationSpellsThem() {
    #expect(Dialect.allCases.map(\.rawValue) == ["influxdb-1", "influxdb-2"])
    for dialect in Dialect.allCases { #expect(Dialect(rawValue: dialect.rawValue) == dialect) }
    #expect(Dialect(rawValue: "influxdb-3") == nil)
    #expect(Dialect(rawValue: "InfluxDB-1") == nil)
    #expect(Dialect.influxDB1 != .influxDB2)
  }

  /// A default may name one; a comparison or a switch may not, or a third dialect would have to be taught everywhere.
  @Test func areComparedNowhereOutsideTheirOwnModule() throws {
    let asking = try Regex(#"(==|!=|~=|\bcase\b)[^:]*\.influxDB[0-9]\b|isInfluxDB|\benum \w*Dialect\b"#)
    let files = try #require(FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
    var read = 0
    for case let file as URL in files
    where file.pathExtension == "swift" && !file.path().contains("/Formats/") {
      read += 1
      for (number, line) in try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).enumerated() where line.contains(asking) {
        Issue.record("\(file.lastPathComponent):\(number + 1): \(line)")
      }
    }
    #expect(read > 100)
  }
}
