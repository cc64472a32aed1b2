// Memory that lines are built in: a third of what an array's checked appends cost per line.

import Formats
import Glibc

/// A growing run of bytes, written by a `JSONLine` and emptied as a whole. Used from one thread.
public final class ByteBuffer {
  private(set) var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Bytes of finished lines.
  fileprivate(set) var count = 0

  public init(capacity: Int = 1_024) {
    self.capacity = max(64, capacity)
    memory = .allocate(capacity: self.capacity)
  }

  deinit { memory.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  /// The finished lines.
  public var contents: [UInt8] { Array(bytes) }

  func removeAll() { count = 0 }

  /// Makes room for at least `more` bytes behind the first `used`, which keep their values.
  fileprivate func grow(used: Int, more: Int) {
    capacity = max(capacity * 2, used + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: memory, count: used)
    memory.deallocate()
    memory = larger
  }

  fileprivate var end: UnsafeMutablePointer<UInt8> { memory + capacity }
}

/// The place in a `ByteBuffer` where the next byte goes. Whoever writes first asks for room; writing itself checks
/// nothing but in debug builds.
struct ByteCursor: ~Copyable {
  private let buffer: ByteBuffer
  private var next: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>

  init(_ buffer: ByteBuffer) {
    self.buffer = buffer
    next = buffer.memory + buffer.count
    end = buffer.end
  }

  /// Room for `count` bytes.
  mutating func reserve(_ count: Int) {
    guard end - next < count else { return }
    let used = next - buffer.memory
    buffer.grow(used: used, more: count)
    next = buffer.memory + used
    end = buffer.end
  }

  mutating func write(_ byte: UInt8) {
    assert(next < end)
    next.pointee = byte
    next += 1
  }

  mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    assert(end - next >= bytes.count)
    guard let start = bytes.baseAddress else { return }
    memcpy(next, start, bytes.count)
    next += bytes.count
  }

  mutating func write(_ text: StaticString) {
    write(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Takes `Timestamp.millisecondsLength` bytes.
  mutating func write(_ time: Timestamp) {
    assert(end - next >= Timestamp.millisecondsLength)
    time.writeMilliseconds(to: next)
    next += Timestamp.millisecondsLength
  }

  /// Takes at most 20 bytes.
  mutating func writeDecimal(_ value: UInt) {
    var divisor: UInt = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  /// What was written belongs to the buffer from now on.
  consuming func finish() { buffer.count = next - buffer.memory }
}
