// The MAC of what is remembered about credentials.

import Testing

@testable import Access

@Suite struct AuthenticationKeyTests {
  /// Computed with Python's hmac: key 00…1f, message of three fields.
  @Test func isHMACWithSHA256OverLengthPrefixedFields() {
    var mac = AuthenticationKey(Array(0..<32)).begin(.verified)
    mac.append(7)
    mac.append(Array("abc".utf8))
    let digest = mac.finish()
    #expect(digest.a == 0xf8de_05a8_c535_3a28)
    #expect(digest.b == 0x932f_8b06_1225_7504)
    #expect(digest.c == 0xce45_5732_020f_40b6)
    #expect(digest.d == 0x93e4_d2ff_4595_a241)
  }

  @Test func givesTextAndItsBytesTheSameDigest() {
    let key = AuthenticationKey([1])
    var first = key.begin(.verified)
    first.append("ünï")
    var second = key.begin(.verified)
    second.append(Array("ünï".utf8))
    #expect(first.finish() == second.finish())
  }

  /// Security row 31.
  @Test func tellsApartFieldsThatConcatenateAlike() {
    let key = AuthenticationKey([1])
    func digest(_ fields: [String]) -> Digest {
      var mac = key.begin(.verified)
      for field in fields { mac.append(Array(field.utf8)) }
      return mac.finish()
    }
    let all = [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["abc"], ["ab", "", "c"]].map(digest)
    #expect(Set(all).count == all.count)
  }

  @Test func tellsApartDomainsKeysAndSources() {
    let key = AuthenticationKey([1])
    #expect(key.begin(.verified).finish() != key.begin(.familiar).finish())
    #expect(key.begin(.verified).finish() != AuthenticationKey([2]).begin(.verified).finish())
    var first = key.begin(.familiar)
    first.append(SourceAddress("10.0.0.1"))
    var second = key.begin(.familiar)
    second.append(SourceAddress("10.0.0.2"))
    #expect(first.finish() != second.finish())
  }

  @Test func isFreshAtEveryStart() throws {
    let first = try #require(AuthenticationKey.random())
    let second = try #require(AuthenticationKey.random())
    #expect(first.begin(.verified).finish() != second.begin(.verified).finish())
  }
}

@Suite struct SourceAddressTests {
  @Test func takesOneIPv4AddressInBothSpellingsForOneSource() {
    #expect(SourceAddress("192.0.2.1") == SourceAddress("::ffff:192.0.2.1"))
    #expect(SourceAddress("192.0.2.1") != SourceAddress("192.0.2.2"))
  }

  @Test func takesAnIPv6NetworkOf64BitsForOneSource() {
    #expect(SourceAddress("2001:db8::1") == SourceAddress("2001:db8::ffff:1"))
    #expect(SourceAddress("2001:db8::1") != SourceAddress("2001:db8:0:1::1"))
    #expect(SourceAddress("::1") != SourceAddress("0.0.0.0"))
  }

  @Test func countsWhatIsNoAddressAsOneSource() {
    #expect(SourceAddress("") == SourceAddress("nonsense"))
    #expect(SourceAddress("") != SourceAddress("0.0.0.0"))
  }
}
