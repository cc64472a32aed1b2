// A place in a buffer that is refilled for every message, so it holds positions rather than pointers.

/// Positions `start ..< start + count` of the buffer that was decoded; meaningless once that buffer changed.
public struct ByteRange: Sendable, Hashable {
  public var start: Int
  public var count: Int

  public init(start: Int, count: Int) {
    self.start = start
    self.count = count
  }

  public init(_ start: Int, upTo end: Int) { self.init(start: start, count: end - start) }

  public static let empty = ByteRange(start: 0, count: 0)

  public var end: Int { start + count }
  public var isEmpty: Bool { count == 0 }
}

extension UnsafeRawBufferPointer {
  /// The bytes at `range`, or none of them where the range does not lie within the buffer.
  public subscript(bytes range: ByteRange) -> UnsafeRawBufferPointer {
    guard range.start >= 0, range.count > 0, range.start <= count - range.count, let baseAddress else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: baseAddress + range.start, count: range.count)
  }
}

extension Span<UInt8> {
  /// Compares `range` with lower-case ASCII text, upper case counting as lower.
  func equalsIgnoringCase(_ range: ByteRange, _ lowercased: StaticString) -> Bool {
    guard range.count == lowercased.utf8CodeUnitCount, range.end <= count else { return false }
    return lowercased.withUTF8Buffer { expected in
      for i in 0..<range.count where self[range.start + i].lowercased != expected[i] { return false }
      return true
    }
  }

  /// Whether two ranges hold the same text, upper case counting as lower.
  func equalIgnoringCase(_ first: ByteRange, _ second: ByteRange) -> Bool {
    guard first.count == second.count, first.end <= count, second.end <= count else { return false }
    for i in 0..<first.count where self[first.start + i].lowercased != self[second.start + i].lowercased {
      return false
    }
    return true
  }

  func equals(_ range: ByteRange, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount, range.end <= count else { return false }
    return text.withUTF8Buffer { expected in
      for i in 0..<range.count where self[range.start + i] != expected[i] { return false }
      return true
    }
  }

  /// `range` without blanks and tabs at either end (RFC 9110 §5.6.3).
  func trimmed(_ range: ByteRange) -> ByteRange {
    var start = range.start
    var end = range.end
    while start < end, self[start].isBlank { start += 1 }
    while end > start, self[end - 1].isBlank { end -= 1 }
    return ByteRange(start, upTo: end)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `text`.
  public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { elementsEqual($0) }
  }
}
