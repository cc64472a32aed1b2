// Hexadecimal digits, read and written.

public enum Hexadecimal {
  /// Of a digit of either case; nil for any other byte.
  public static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit &- UInt8(ascii: "A") &+ 10
    default: nil
    }
  }

  /// Of a digit of lower case, as gatehouse writes them; nil for any other byte.
  public static func value(ofLowercase digit: UInt8) -> UInt8? {
    (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(digit) ? nil : value(of: digit)
  }

  /// The number that up to 16 digits of lower case stand for; nil for others, and for none.
  public static func value(ofLowercase digits: some Collection<UInt8>) -> UInt64? {
    guard (1...16).contains(digits.count) else { return nil }
    var number: UInt64 = 0
    for digit in digits {
      guard let value = value(ofLowercase: digit) else { return nil }
      number = number << 4 | UInt64(value)
    }
    return number
  }

  /// The bytes that pairs of digits of lower case stand for; nil for others, and for an odd number of them.
  public static func bytes(ofLowercase digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = value(ofLowercase: digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// Two digits of lower case a byte.
  public static func text(of bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digit(of: byte >> 4))
      text.append(digit(of: byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digit of lower case of the four lowest bits.
  public static func digit(of value: UInt8) -> UInt8 {
    let value = value & 15
    return value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
  }

  /// The digit of upper case of the four lowest bits, as URLs write it.
  public static func uppercaseDigit(of value: UInt8) -> UInt8 {
    let value = value & 15
    return value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
  }
}
