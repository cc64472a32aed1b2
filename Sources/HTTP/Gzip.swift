// Reads a body that was sent with `Content-Encoding: gzip` (RFC 1952), within a bound, and writes one.

import CZlib

public enum Gzip {
  public enum Problem: Error, Sendable, Equatable {
    /// It holds more than the limit; what lies beyond was not inflated.
    case tooLarge
    /// No gzip, damaged, cut off, or followed by anything, another member included: readers disagree on what that means.
    case malformed
  }

  /// What one member of gzip holds.
  ///
  /// Costs no more memory than `limit` and a fixed room, and no more time than `body` and `limit` bytes are worth.
  ///
  /// - Parameter limit: bytes that may come of it.
  public static func decode(_ body: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
    guard let count = UInt32(exactly: body.count) else { throw .tooLarge }
    // zlib remembers the address of its stream.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    // Only memory can be missing here.
    guard gh_gzip_begin(stream) == Z_OK else { throw .tooLarge }
    defer { inflateEnd(stream) }
    var inflated: [UInt8] = []
    var room = [UInt8](repeating: 0, count: roomBytes)
    let problem: Problem? = body.withUnsafeBufferPointer { bytes in
      stream.pointee.next_in = bytes.baseAddress
      stream.pointee.avail_in = count
      while true {
        let status = room.withUnsafeMutableBufferPointer { room in
          stream.pointee.next_out = room.baseAddress
          stream.pointee.avail_out = UInt32(roomBytes)
          return inflate(stream, Z_NO_FLUSH)
        }
        let made = roomBytes - Int(stream.pointee.avail_out)
        guard made <= limit - inflated.count else { return .tooLarge }
        inflated += room[..<made]
        if status == Z_STREAM_END { return stream.pointee.avail_in == 0 ? nil : .malformed }
        // Without progress, which is where the input ends too early, it is `Z_BUF_ERROR`.
        guard status == Z_OK else { return .malformed }
      }
    }
    if let problem { throw problem }
    return inflated
  }

  /// `bytes` as one member; nil where there is no memory for it.
  public static func encode(_ bytes: [UInt8]) -> [UInt8]? {
    guard let count = UInt32(exactly: bytes.count) else { return nil }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard gh_gzip_begin_writing(stream) == Z_OK else { return nil }
    defer { deflateEnd(stream) }
    var packed = [UInt8](repeating: 0, count: Int(deflateBound(stream, UInt(count))))
    let status = bytes.withUnsafeBufferPointer { bytes in
      packed.withUnsafeMutableBufferPointer { room in
        stream.pointee.next_in = bytes.baseAddress
        stream.pointee.avail_in = count
        stream.pointee.next_out = room.baseAddress
        stream.pointee.avail_out = UInt32(clamping: room.count)
        return deflate(stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END else { return nil }
    packed.removeLast(Int(stream.pointee.avail_out))
    return packed
  }

  private static let roomBytes = 16_384
}
