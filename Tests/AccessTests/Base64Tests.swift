// Base64 decoded strictly, and base64url encoded.

import Testing

@testable import Access

private func decode(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8)[...]) }

@Suite struct Base64Tests {
  /// RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
    ("Zm9vYmFy", "foobar"), ("+/+/", "\u{fb}\u{ff}\u{bf}"),
  ]) func decodesTheVectorsOfTheRFC(text: String, expected: String) {
    #expect(decode(text) == expected.unicodeScalars.map { UInt8($0.value) })
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zg==Zg==", "Zm8=Zm8=", "Zm=8", "Z=g=", "Zm9v\n", "Zm 9v",
    "Zm9-", "Zm9_", "Zm9\u{e9}", "Zm9v====",
  ]) func refusesEveryOtherForm(text: String) { #expect(decode(text) == nil) }

  @Test func ignoresBitsBeforeThePaddingAsTheServerDoes() { #expect(decode("Zh==") == Array("f".utf8)) }

  @Test func encodesWithoutPaddingAndSafelyForURLs() {
    #expect(Base64.encodeURLSafe([0xfb, 0xff, 0xbf]) == Array("-_-_".utf8))
    #expect(Base64.encodeURLSafe(Array("foob".utf8)) == Array("Zm9vYg".utf8))
    #expect(Base64.encodeURLSafe([UInt8](repeating: 7, count: 32)).count == 43)
    #expect(Base64.encodeURLSafe([]).isEmpty)
  }

  @Test func neverTrapsOnAnyByte() {
    for byte in UInt8.min...UInt8.max {
      _ = Base64.decode([byte, byte, byte, byte])
      _ = Base64.decode([byte])
    }
  }
}
