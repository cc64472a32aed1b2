// Writes a message head into memory that is given, never past its end.

import Formats
import Glibc

/// Appends bytes to a fixed buffer. What does not fit is dropped whole and `hasOverflowed` says so: check it once, before
/// the bytes are used.
public struct ByteWriter {
  private let buffer: UnsafeMutableRawBufferPointer
  public private(set) var count = 0
  public private(set) var hasOverflowed = false

  public init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

  public var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    guard bytes.count <= buffer.count - count, let base = buffer.baseAddress else {
      hasOverflowed = true
      return
    }
    memcpy(base + count, source, bytes.count)
    count += bytes.count
  }

  public mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  public mutating func append(byte: UInt8) { withUnsafeBytes(of: byte) { append($0) } }

  /// Decimal digits of a number that is not negative.
  public mutating func append(decimal value: Int) {
    var rest = value.magnitude
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = 20
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits[start...])))
    }
  }

  /// Lower-case hexadecimal digits of a number that is not negative, as a chunk size is written.
  public mutating func append(hexadecimal value: Int) {
    var rest = value.magnitude
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { digits in
      var start = 16
      repeat {
        start -= 1
        digits[start] = Hexadecimal.digit(of: UInt8(rest & 15))
        rest >>= 4
      } while rest > 0
      append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits[start...])))
    }
  }
}
