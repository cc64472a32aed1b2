// Broken configurations with everything that must be said about them, place by place.

import Configuration
import Foundation
import Testing

/// `Tests/Fixtures/configuration`: each NAME.toml is broken, and NAME.problems lists what is wrong with it.
private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "Fixtures/configuration")

private func goldenNames() throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(".toml".count)) }.sorted()
}

@Test(arguments: try goldenNames())
func brokenFileIsReportedWhole(name: String) throws {
  let text = try String(contentsOf: folder.appending(path: "\(name).toml"), encoding: .utf8)
  let expected = try String(contentsOf: folder.appending(path: "\(name).problems"), encoding: .utf8)
  let problems = try #require(throws: Problems.self) { _ = try decode(text, file: "\(name).toml") }
  #expect(problems.description + "\n" == expected)
}

@Test func goldenFilesAreFound() throws {
  #expect(try goldenNames().count >= 5)
}
