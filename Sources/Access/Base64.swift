// Base64 of RFC 4648 §4, decoded strictly: padding required, no blanks, no line breaks, nothing after the padding.

public enum Base64 {
  /// nil unless `text` is whole quartets of the alphabet with correct padding.
  ///
  /// Bits left over before the padding are ignored, as the real server's decoder does: what counts is the decoded
  /// value, so a second spelling of it gains nothing.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    let digits = text.dropLast(padding)
    var isValid = true
    let output = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { buffer, count in
      var accumulator: UInt32 = 0
      var bits = 0
      for byte in digits {
        guard let value = value(byte) else {
          isValid = false
          return
        }
        accumulator = accumulator << 6 | value
        bits += 6
        if bits >= 8 {
          bits -= 8
          buffer[count] = UInt8(truncatingIfNeeded: accumulator >> UInt32(bits))
          count += 1
        }
      }
    }
    return isValid ? output : nil
  }

  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
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
}
