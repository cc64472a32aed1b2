// Percent-encoding as URLs and forms use it.

public enum PercentCoding {
  /// Decodes `%xx` and, in forms, `+` as a blank; nil where a `%` is not followed by two hexadecimal digits.
  public static func decode(_ bytes: UnsafeRawBufferPointer, plusIsBlank: Bool) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if byte == UInt8(ascii: "%") {
        guard i + 2 < bytes.count, let high = bytes[i + 1].hexadecimalValue, let low = bytes[i + 2].hexadecimalValue
        else { return nil }
        result.append(high << 4 | low)
        i += 3
      } else {
        result.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        i += 1
      }
    }
    return result
  }

  /// Appends `value` encoded so that every reader of queries and forms agrees on it: unreserved characters of RFC 3986
  /// §2.3 stand for themselves, everything else is `%XX`.
  public static func append(_ value: some Sequence<UInt8>, to result: inout [UInt8]) {
    // Texts and arrays at once; what has no bytes in one place, byte by byte.
    if value.withContiguousStorageIfAvailable({ append(bytes: $0, to: &result) }) == nil {
      append(bytes: value, to: &result)
    }
  }

  @inline(__always)
  private static func append(bytes: some Sequence<UInt8>, to result: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(byte)
      default:
        result.append(UInt8(ascii: "%"))
        result.append(hexadecimalDigit(byte >> 4))
        result.append(hexadecimalDigit(byte & 15))
      }
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }
}
