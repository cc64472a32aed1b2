// Counts what a body in gzip comes to, piece by piece, without keeping any of it.

import CZlib

/// One member after the other, as Go's reader takes them; what it refuses is refused here.
///
/// A stream that zlib refuses has no count, and nothing that follows may be let through: another reader could go on in it.
public final class GzipCounter {
  public enum Problem: Error, Sendable, Equatable {
    /// It holds more than the limit.
    case tooLarge
    /// In the words of Go's reader.
    case malformed(String)
  }

  /// Deflate makes no more than this of a byte: 258 bytes of two bits.
  public static let highestRatio = 1_032

  private let limit: Int
  private let stream: UnsafeMutablePointer<z_stream>
  private let room: UnsafeMutableRawBufferPointer
  private var isWithinMember = true
  private var failure: Problem?
  /// Bytes that came of it so far.
  public private(set) var count = 0

  private static let roomBytes = 65_536

  /// nil where there is no memory for it.
  ///
  /// - Parameter limit: bytes that may come of it.
  public init?(limit: Int) {
    self.limit = limit
    // zlib remembers the address of its stream.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    room = .allocate(byteCount: Self.roomBytes, alignment: 16)
    guard gh_gzip_begin(stream) == Z_OK else {
      failure = .tooLarge
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    room.deallocate()
  }

  /// Counts the next piece; no more is inflated than the limit and a fixed room.
  public func take(_ piece: UnsafeRawBufferPointer) throws(Problem) {
    if let failure { throw failure }
    var rest = piece
    while rest.count > 0 {
      // A piece is a part of what was read at once; nevertheless zlib's counts have 32 bits.
      let slice = UnsafeRawBufferPointer(rebasing: rest[..<min(rest.count, 1 << 30)])
      rest = UnsafeRawBufferPointer(rebasing: rest[slice.count...])
      do throws(Problem) { try inflateAll(of: slice) } catch {
        failure = error
        throw error
      }
    }
  }

  /// To be called where nothing follows.
  public func finish() throws(Problem) {
    if let failure { throw failure }
    if isWithinMember { throw .malformed("unexpected EOF") }
  }

  private func inflateAll(of slice: UnsafeRawBufferPointer) throws(Problem) {
    stream.pointee.next_in = slice.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(slice.count)
    defer { stream.pointee.next_in = nil }
    while true {
      if !isWithinMember {
        guard stream.pointee.avail_in > 0 else { return }
        guard inflateReset(stream) == Z_OK else { throw .malformed("gzip: invalid header") }
        isWithinMember = true
      }
      stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(Self.roomBytes)
      let status = inflate(stream, Z_NO_FLUSH)
      let made = Self.roomBytes - Int(stream.pointee.avail_out)
      guard made <= limit - count else { throw .tooLarge }
      count += made
      switch status {
      case Z_STREAM_END: isWithinMember = false
      case Z_OK: if stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 { return }
      // Nothing more can be done with what there is.
      case Z_BUF_ERROR: return
      default: throw .malformed(Self.reason(stream.pointee.msg))
      }
    }
  }

  private static func reason(_ message: UnsafePointer<CChar>?) -> String {
    switch message.map({ String(cString: $0) }) ?? "" {
    case "incorrect header check", "unknown compression method", "unknown header flags set", "header crc mismatch":
      "gzip: invalid header"
    case "incorrect data check", "incorrect length check": "gzip: invalid checksum"
    default: "flate: corrupt input"
    }
  }
}
