// Base64 of RFC 4648 §4, decoded strictly: padding required, no blanks, no line breaks, nothing after the padding.

public enum Base64 {
  /// nil unless `text` is whole quartets of the alphabet with correct padding.
  ///
  /// Bits left over before the padding are ignored, as the real server's decoder does: what counts is the decoded
  /// value, so a second spelling of it gains nothing.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var output: [UInt8] = []
    output.reserveCapacity(text.count / 4 * 3)
    var accumulator: UInt32 = 0
    var bits = 0
    for byte in text.dropLast(padding) {
      let value = values[Int(byte)]
      guard value < 64 else { return nil }
      accumulator = accumulator << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
      }
    }
    return output
  }

  /// With padding (RFC 4648 §4), as a Basic credential is written.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var output = encodeURLSafe(bytes).map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    while output.count % 4 != 0 { output.append(UInt8(ascii: "=")) }
    return output
  }

  /// 43 characters of base64url without padding (RFC 4648 §5) for 32 bytes; any length works.
  static func encodeURLSafe(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count * 8 + 5) / 6)
    var accumulator: UInt32 = 0
    var bits = 0
    for byte in bytes {
      accumulator = accumulator << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        output.append(urlSafe[Int(accumulator >> UInt32(bits) & 63)])
      }
    }
    if bits > 0 { output.append(urlSafe[Int(accumulator << UInt32(6 - bits) & 63)]) }
    return output
  }

  private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The value of each byte in the standard alphabet; 255 for the others.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    for (value, byte) in zip(UInt8(0)..., alphabet) { table[Int(byte)] = value }
    return table
  }()
}
