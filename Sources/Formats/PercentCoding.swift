// Percent-encoding as URLs and forms use it.

public enum PercentCoding {
  /// Decodes `%xx` and, in forms, `+` as a blank; nil where a `%` is not followed by two hexadecimal digits.
  public static func decode(_ bytes: UnsafeRawBufferPointer, plusIsBlank: Bool) -> [UInt8]? {
    // Filled and then cut: byte by byte, an array would look at its own size each time.
    var result = [UInt8](repeating: 0, count: bytes.count)
    var output = result.mutableSpan
    var length = 0
    var i = 0
    while i < bytes.count {
      var byte = bytes[i]
      i += 1
      if byte == UInt8(ascii: "%") {
        guard i + 1 < bytes.count, let high = Hexadecimal.value(of: bytes[i]),
          let low = Hexadecimal.value(of: bytes[i + 1])
        else { return nil }
        byte = high << 4 | low
        i += 2
      } else if plusIsBlank, byte == UInt8(ascii: "+") {
        byte = UInt8(ascii: " ")
      }
      output[length] = byte
      length += 1
    }
    result.removeLast(result.count - length)
    return result
  }

  /// Appends `value` encoded so that every reader of queries and forms agrees on it: unreserved characters of RFC 3986
  /// §2.3 stand for themselves, everything else is `%XX`.
  public static func append(_ value: [UInt8], to result: inout [UInt8]) {
    append(value.span, to: &result)
  }

  public static func append(_ value: String, to result: inout [UInt8]) {
    append(value.utf8.span, to: &result)
  }

  /// The same of a whole text.
  public static func encoded(_ value: String) -> String {
    var result: [UInt8] = []
    append(value, to: &result)
    return String(decoding: result, as: UTF8.self)
  }

  private static func append(_ value: Span<UInt8>, to result: inout [UInt8]) {
    let start = result.count
    result.append(contentsOf: repeatElement(0, count: value.count * 3))
    var output = result.mutableSpan
    var length = start
    for i in 0..<value.count {
      let byte = value[i]
      if byte.isUnreserved {
        output[length] = byte
        length += 1
      } else {
        output[length] = UInt8(ascii: "%")
        output[length + 1] = Hexadecimal.uppercaseDigit(of: byte >> 4)
        output[length + 2] = Hexadecimal.uppercaseDigit(of: byte)
        length += 3
      }
    }
    result.removeLast(result.count - length)
  }
}

extension UInt8 {
  /// The unreserved characters, one bit each: `-`, `.`, digits, letters, `_`, `~`.
  fileprivate var isUnreserved: Bool {
    let set: UInt64 =
      switch self {
      case ..<0x40: 0x03ff_6000_0000_0000
      case ..<0x80: 0x47ff_fffe_87ff_fffe
      default: 0
      }
    return set >> UInt64(self & 0x3f) & 1 == 1
  }
}
