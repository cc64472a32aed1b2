// A body in gzip is one whole member within its limit, or refused.

import HTTP
import Testing

@Suite struct GzipTests {
  private static func decode(_ bytes: [UInt8], limit: Int = 1_000) -> Result<[UInt8], Gzip.Problem> {
    do throws(Gzip.Problem) { return .success(try Gzip.decode(bytes, limit: limit)) } catch { return .failure(error) }
  }

  @Test func readsOneMember() {
    #expect(Self.decode(GzipSample.member) == .success(GzipSample.text))
    #expect(Self.decode(GzipSample.member, limit: GzipSample.text.count) == .success(GzipSample.text))
  }

  @Test func stopsAtTheLimit() {
    for limit in [0, 1, GzipSample.text.count - 1] {
      #expect(Self.decode(GzipSample.member, limit: limit) == .failure(.tooLarge))
    }
  }

  @Test func refusesEveryCutAndEveryAddition() {
    for count in 0..<GzipSample.member.count {
      #expect(Self.decode(Array(GzipSample.member.prefix(count))) == .failure(.malformed))
    }
    for addition in [[0], [0x1f], GzipSample.member] {
      #expect(Self.decode(GzipSample.member + addition) == .failure(.malformed))
    }
  }

  /// Some bits mean nothing: time and system in the head, the rest of a block's last byte.
  @Test func neverReadsSomethingElseOutOfADamagedMember() {
    for index in GzipSample.member.indices {
      for bit in 0..<8 {
        var bent = GzipSample.member
        bent[index] ^= 1 << bit
        if case .success(let read) = Self.decode(bent) { #expect(read == GzipSample.text, "\(index)") }
      }
    }
  }

  @Test func refusesZlibAndRawDeflate() {
    #expect(Self.decode([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]) == .failure(.malformed))
    #expect(Self.decode([0x03, 0x00]) == .failure(.malformed))
  }
}
