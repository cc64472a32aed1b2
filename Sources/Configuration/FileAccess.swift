// What decoding asks of the file system, as a seam: the tests hold files in memory.

/// Reads the files that a configuration names.
public protocol FileAccess: Sendable {
  /// The contents of a regular file.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that make sense; a longer file is a failure.
  ///   - isSecret: refuses a file that others than its owner and group may read, write or execute.
  /// - Throws: why not, without the path.
  func contents(of path: String, limit: Int, isSecret: Bool) throws(FileFailure) -> [UInt8]

  /// Whether users other than its owner and group may open the file; false where that cannot be told.
  func isOpenToAll(_ path: String) -> Bool
}

/// Why a file could not be read, as the end of a sentence that began with its path.
public struct FileFailure: Error, Sendable, Equatable {
  public var message: String

  public init(_ message: String) { self.message = message }
}
