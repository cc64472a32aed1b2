// The memory that a loop's connections read into, with room before it for a rewritten head.

import Glibc

/// `bytes` of room to read into, preceded by `headroom` and followed by `tailroom`, so that a head laid before what was
/// read, or a chunk's end laid after it, leaves in the same `send`.
public final class Scratch {
  /// Enough for a head as large as the usual limit and what gatehouse adds to it.
  public static let headroom = 96 * 1_024
  public static let tailroom = 1_024

  private let memory: UnsafeMutableRawBufferPointer
  private let headMemory: UnsafeMutableRawBufferPointer
  private let roomBytes: Int

  /// - Parameter longHead: bytes of the longest head that there may be. Memory for it is taken by the first that comes.
  init(bytes: Int, longHead: Int = 0) {
    roomBytes = bytes
    let extra = longHead > 0 ? longHead + bytes : 0
    memory = .allocate(byteCount: Self.headroom + bytes + extra + Self.tailroom, alignment: 64)
    headMemory = .allocate(byteCount: Self.headroom + longHead, alignment: 64)
    for part in [memory[..<(Self.headroom + bytes)], headMemory[..<Self.headroom]] {
      UnsafeMutableRawBufferPointer(rebasing: part).initializeMemory(as: UInt8.self, repeating: 0)
    }
  }

  deinit {
    memory.deallocate()
    headMemory.deallocate()
  }

  /// The room to read into.
  public var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[Self.headroom..<(Self.headroom + roomBytes)])
  }

  /// The same with what lies behind it: for the longest head, and what was read behind that.
  public var longRoom: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[Self.headroom..<memory.count - Self.tailroom])
  }

  /// A place to build a head in, before its length is known.
  public var head: UnsafeMutableRawBufferPointer { headMemory }

  /// `payload`, which lies within `room`, extended backwards over `prefix` (copied right before it) and forwards over
  /// `suffix`. Nil where they do not fit, which the sizes of the two rooms exclude for every head within its limit.
  public func surround(
    _ payload: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer, suffix: StaticString = ""
  ) -> UnsafeRawBufferPointer? {
    guard let base = memory.baseAddress, let start = payload.baseAddress else { return nil }
    let offset = UnsafeRawPointer(base).distance(to: start)
    let end = offset + payload.count
    guard offset >= prefix.count, end >= offset, suffix.utf8CodeUnitCount <= memory.count - end else { return nil }
    if let source = prefix.baseAddress { memcpy(base + (offset - prefix.count), source, prefix.count) }
    memcpy(base + end, suffix.utf8Start, suffix.utf8CodeUnitCount)
    return UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(memory)[(offset - prefix.count)..<(end + suffix.utf8CodeUnitCount)])
  }

  /// `bytes` extended backwards over `first` and `second`, where they lie in the memory that `surround` gives, with room
  /// before them; else nil.
  public func extend(
    _ bytes: UnsafeRawBufferPointer, by first: [UInt8], _ second: [UInt8]
  ) -> UnsafeRawBufferPointer? {
    guard let base = memory.baseAddress, let start = bytes.baseAddress else { return nil }
    let offset = UnsafeRawPointer(base).distance(to: start)
    let count = first.count + second.count
    guard offset >= count, offset + bytes.count <= memory.count else { return nil }
    first.withUnsafeBytes { if let source = $0.baseAddress { memcpy(base + (offset - count), source, $0.count) } }
    second.withUnsafeBytes {
      if let source = $0.baseAddress { memcpy(base + (offset - second.count), source, $0.count) }
    }
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[(offset - count)..<(offset + bytes.count)])
  }
}

/// Ciphertext staged for one `send`.
final class Staging {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 288 * 1_024, alignment: 64)
  var count = 0
  /// Whose bytes these are.
  var descriptor: Int32 = -1

  deinit { memory.deallocate() }

  var staged: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}
