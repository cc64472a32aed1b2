// Hexadecimal digits.

import Formats
import Testing

@Suite struct HexadecimalTests {
  @Test func readsDigitsOfBothCasesAndNothingElse() {
    for byte in UInt8.min...UInt8.max {
      let digit = Int(String(UnicodeScalar(byte)), radix: 16).map { UInt8($0) }
      #expect(Hexadecimal.value(of: byte) == (byte < 0x80 ? digit : nil))
    }
  }

  @Test func readsNumbersOfLowerCaseUpTo64Bits() {
    #expect(Hexadecimal.value(ofLowercase: "ffffffffffffffff".utf8) == .max)
    #expect(Hexadecimal.value(ofLowercase: "0a".utf8) == 10)
    for text in ["", "10000000000000000", "A", "0g", " 1", "-1"] {
      #expect(Hexadecimal.value(ofLowercase: text.utf8) == nil)
    }
  }

  @Test func readsBackTheBytesThatItWrites() {
    let bytes = Array(UInt8.min...UInt8.max)
    let text = Hexadecimal.text(of: bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
    #expect(Hexadecimal.bytes(ofLowercase: text.utf8) == bytes)
    for text in ["0", "0A", "zz"] { #expect(Hexadecimal.bytes(ofLowercase: text.utf8) == nil) }
  }
}
