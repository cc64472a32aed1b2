// Collects problems and warnings while a file is decoded, so that one run tells them all.

/// The problems found so far in one file. Lives within one call of `Configuration.decode`.
final class Report {
  let file: String
  private(set) var problems: [Problem] = []
  private(set) var warnings: [Problem] = []

  init(file: String) { self.file = file }

  func problem(_ position: Position, _ key: String, _ message: String) {
    problems.append(made(position, key, message))
  }

  /// Says what deserves a second look but stops nothing.
  func warning(_ position: Position, _ key: String, _ message: String) {
    warnings.append(made(position, key, message))
  }

  private func made(_ position: Position, _ key: String, _ message: String) -> Problem {
    Problem(file: file, line: position.line, column: position.column, key: key, message: message)
  }
}
