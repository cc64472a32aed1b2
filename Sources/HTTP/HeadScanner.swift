// Finds the end of a message head in bytes that arrive in pieces, looking at each byte once.

/// Remembers how far it has looked, so that a head that trickles in costs linear time.
public struct HeadScanner: Sendable {
  private var scanned = 0
  private var lineStart = 0
  /// Where the fields begin; 0 while the first line is incomplete, or has no limit of its own.
  private var fieldsStart = 0

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
      try check(upTo: lineStart, limits)
      // An empty line before the first is passed over.
      if fieldsStart == 0, limits.firstLine != nil, lineStart > 2 { fieldsStart = lineStart }
      if isEmptyLine && !isFirstLine && lineStart > 4 { return lineStart }
    }
    scanned = i
    try check(upTo: i, limits)
    return nil
  }

  private func check(upTo end: Int, _ limits: HeadLimits) throws(HeadProblem) {
    guard fieldsStart == 0, let firstLine = limits.firstLine else {
      guard end - fieldsStart <= limits.bytes else { throw .headTooLarge }
      return
    }
    guard end <= firstLine else { throw .targetTooLong }
  }
}
