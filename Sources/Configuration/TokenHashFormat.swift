// The hash of an API token as `gatehouse token hash` prints it.

/// `ghsha512$ID$SALT$DIGEST`, all in hexadecimal digits of lower case.
enum TokenHashFormat {
  static func parse(_ text: String) -> (id: UInt64, salt: [UInt8], digest: [UInt8])? {
    let parts = text.bytes.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].elementsEqual("ghsha512".utf8), let id = bytes(parts[1]), id.count == 8,
      let salt = bytes(parts[2]), salt.count == 16, let digest = bytes(parts[3]), digest.count == 64
    else { return nil }
    let number = id.reduce(0) { $0 << 8 | UInt64($1) }
    return number == 0 ? nil : (number, salt, digest)
  }

  private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    let digits = Array(digits)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
