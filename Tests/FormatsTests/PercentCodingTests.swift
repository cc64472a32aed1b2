// Percent-encoding is exact in both directions.

import Formats
import Testing

private func decode(_ text: String, plusIsBlank: Bool = true) -> [UInt8]? {
  Array(text.utf8).withUnsafeBytes { PercentCoding.decode($0, plusIsBlank: plusIsBlank) }
}

@Suite struct PercentCodingTests {
  @Test(arguments: ["%", "%4", "a%", "%zz", "%4g", "%g4", "%%41", "%+1", "% 1", "%-1", "%0x", "%u0041", "abc%4"])
  func refusesBrokenEncoding(text: String) {
    #expect(decode(text) == nil)
  }

  @Test func decodesEitherCaseOnceOnly() {
    #expect(decode("%c3%BC%2541%00") == [0xc3, 0xbc, 0x25, 0x34, 0x31, 0x00])
    #expect(decode("") == [])
  }

  @Test func readsPlusAsBlankInFormsOnly() {
    #expect(decode("a+b%2B") == Array("a b+".utf8))
    #expect(decode("a+b%2B", plusIsBlank: false) == Array("a+b+".utf8))
  }

  @Test func decodesEveryByteItEncodes() {
    let all = Array(0...255) as [UInt8]
    var encoded: [UInt8] = []
    PercentCoding.append(all, to: &encoded)
    #expect(encoded.withUnsafeBytes { PercentCoding.decode($0, plusIsBlank: true) } == all)
    #expect(encoded.withUnsafeBytes { PercentCoding.decode($0, plusIsBlank: false) } == all)
  }

  @Test func encodesAllButUnreservedCharacters() {
    let unreserved = Array("abcxyzABCXYZ0189-._~".utf8)
    var encoded: [UInt8] = []
    PercentCoding.append(unreserved, to: &encoded)
    #expect(encoded == unreserved)
    var others: [UInt8] = []
    PercentCoding.append(" +&=;%/?#\r\n\u{00}\u{7f}é", to: &others)
    #expect(others == Array("%20%2B%26%3D%3B%25%2F%3F%23%0D%0A%00%7F%C3%A9".utf8))
  }
}
