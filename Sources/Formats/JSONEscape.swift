// How a character that must not stand as it is is written inside a JSON string (RFC 8259 §7), wherever one is written.

/// Control characters, DEL and the C1 controls too: some terminals obey the latter as they do escape sequences, and what is
/// written here is read by people.
public enum JSONEscape: Sendable {
  /// It stands for itself.
  case none
  /// A backslash and this.
  case short(UInt8)
  /// `\u00` and two hexadecimal digits.
  case unicode

  /// Of an ASCII character; others stand for themselves, but for C1.
  public init(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): self = .short(byte)
    case 0x0a: self = .short(UInt8(ascii: "n"))
    case 0x0d: self = .short(UInt8(ascii: "r"))
    case 0x09: self = .short(UInt8(ascii: "t"))
    case 0..<0x20, 0x7f: self = .unicode
    default: self = .none
    }
  }

  /// Whether these two bytes of UTF-8 are a C1 control, which is written as the escape of the second.
  public static func isC1(_ first: UInt8, _ second: UInt8) -> Bool { first == 0xc2 && second < 0xa0 }
}
