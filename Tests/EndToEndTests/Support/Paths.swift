// Where the suite finds the package, its fixtures and the programs that it runs.

import Foundation

enum Paths {
  static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func fixture(_ name: String) -> String { package.appending(path: "Tests/Fixtures/\(name)").path }

  static func gatehouse() throws -> String {
    try program("GATEHOUSE_BINARY", ".build/release/gatehouse", ".build/debug/gatehouse")
  }

  static func influxd() throws -> String { try program("INFLUXD", "build/influxdb/usr/bin/influxd") }

  static func influx() throws -> String { try program("INFLUX", "build/influxdb/usr/bin/influx") }

  /// A Python that can import `influxdb`.
  static func python() throws -> String { try program("PYTHON", "build/venv/bin/python3", "build/python/bin/python3") }

  /// Missing programs are failures, never skipped tests: `make test` provides each.
  private static func program(_ variable: String, _ candidates: String...) throws -> String {
    if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty { return named }
    for candidate in candidates {
      let path = package.appending(path: candidate).path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw HarnessFailure("neither \(variable) nor \(candidates.joined(separator: ", ")): run `make test`")
  }
}
