// The classes of bytes that HTTP's grammar speaks of.

extension UInt8 {
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// `tchar` of RFC 9110 §5.6.2.
  var isTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// What may stand in a field's value: RFC 9110 §5.5, with the tab and bytes above ASCII.
  var isFieldValueCharacter: Bool { self >= 0x20 && self != 0x7f || self == 0x09 }

  var endsLine: Bool { self == 0x0d || self == 0x0a }
}
