// Finds the end of a message head in bytes that arrive in pieces, looking at each byte once.

/// Remembers how far it has looked, so that a head that trickles in costs linear time.
public struct HeadScanner: Sendable {
  private var scanned = 0
  private var lineStart = 0

  public init() {}

  /// Length of the head with its empty line, or nil while it is incomplete.
  ///
  /// `buffer` must begin with the bytes given before. One empty line before the message is skipped (RFC 9112 §2.2) and
  /// counts towards the length.
  public mutating func headLength(
    in buffer: UnsafeRawBufferPointer, limits: HeadLimits
  ) throws(HeadProblem) -> Int? {
    let bytes = buffer.bindMemory(to: UInt8.self).span
    var i = scanned
    while i < bytes.count {
      guard bytes[i] == UInt8(ascii: "\n") else {
        i += 1
        continue
      }
      guard i > lineStart, bytes[i - 1] == UInt8(ascii: "\r") else { throw .bareLineFeed }
      let isEmptyLine = i - 1 == lineStart
      let isFirstLine = lineStart == 0
      lineStart = i + 1
      i += 1
      guard lineStart <= limits.bytes else { throw .headTooLarge }
      if isEmptyLine && !isFirstLine && lineStart > 4 { return lineStart }
    }
    scanned = i
    guard i <= limits.bytes else { throw .headTooLarge }
    return nil
  }
}
