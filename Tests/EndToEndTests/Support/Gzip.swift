// gzip members made without a compressor: one stored block each, which every reader inflates.

enum Gzip {
  /// One member that holds the bytes, at most 65,535 of them a block.
  static func member(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
    var start = 0
    repeat {
      let count = min(65_535, bytes.count - start)
      let isLast: UInt8 = start + count == bytes.count ? 1 : 0
      let length = UInt16(count)
      out += [isLast, UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff), UInt8(~length >> 8)]
      out += bytes[start..<start + count]
      start += count
    } while start < bytes.count
    for word in [crc(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
      out += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return out
  }

  /// About 10 MiB that inflate to 10 GiB: the same member of zeros again and again.
  static func bomb() throws -> [UInt8] {
    let child = try ChildProcess(["sh", "-c", "head -c 10485760 /dev/zero | gzip -9"])
    child.feed("")
    guard child.waitForEnd() == 0 else { throw HarnessFailure("gzip: \(child.errorText)") }
    let member = child.output.current
    return Array(repeatElement(member, count: 1_000).joined())
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xffff_ffff
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xedb8_8320 : value >> 1 }
    }
    return ~value
  }
}
