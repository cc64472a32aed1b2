// One mistake in a configuration file, and all of them together.

/// A mistake in a configuration file, and the place to mend it. Secrets never stand in the message.
public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as it was named by whoever loaded it.
  public var file: String
  /// Counted from 1; 0 where the file itself could not be read.
  public var line: Int
  /// Counted from 1, in code points; 0 where the file itself could not be read.
  public var column: Int
  /// The key with its tables, as `upstream.members`; empty where the problem is no key's.
  public var key: String
  public var message: String

  public init(file: String, line: Int, column: Int, key: String, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
  }

  /// `file:line:column: key: message`, the form that editors know how to follow.
  public var description: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    return key.isEmpty ? "\(place): \(message)" : "\(place): \(key): \(message)"
  }
}

/// Everything that is wrong with one file, in the order of its lines.
public struct Problems: Error, Sendable, Equatable, CustomStringConvertible {
  public let all: [Problem]
  /// What deserves a second look beside them.
  public let warnings: [Problem]

  init(_ problems: [Problem], warnings: [Problem] = []) {
    all = problems.inFileOrder
    self.warnings = warnings
  }

  public var description: String { all.map(\.description).joined(separator: "\n") }
}

extension [Problem] {
  /// Sorted by line, then column; those of one place stay as they were found.
  var inFileOrder: [Problem] {
    enumerated().sorted { left, right in
      (left.element.line, left.element.column, left.offset) < (right.element.line, right.element.column, right.offset)
    }.map(\.element)
  }
}
