// A body in gzip is one whole member within its limit, or refused.

import HTTP
import Testing

@Suite struct GzipTests {
  private static let text = Array(String(repeating: "db=metrics&q=SHOW+MEASUREMENTS", count: 3).utf8)
  /// As another program wrote it.
  private static let member: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x49, 0xb2, 0xcd, 0x4d, 0x2d,
    0x29, 0xca, 0x4c, 0x2e, 0x56, 0x2b, 0xb4, 0x0d, 0xf6, 0xf0, 0x0f, 0xd7, 0xf6, 0x75, 0x75, 0x0c,
    0x0e, 0x0d, 0x72, 0xf5, 0x75, 0xf5, 0x0b, 0x09, 0x4e, 0xa1, 0x40, 0x16, 0x00, 0x41, 0x6f, 0x80,
    0x12, 0x5a, 0x00, 0x00, 0x00,
  ]

  private static func decode(_ bytes: [UInt8], limit: Int = 1_000) -> Result<[UInt8], Gzip.Problem> {
    do throws(Gzip.Problem) { return .success(try Gzip.decode(bytes, limit: limit)) } catch { return .failure(error) }
  }

  @Test func readsOneMember() {
    #expect(Self.decode(Self.member) == .success(Self.text))
    #expect(Self.decode(Self.member, limit: Self.text.count) == .success(Self.text))
  }

  @Test func stopsAtTheLimit() {
    for limit in [0, 1, Self.text.count - 1] { #expect(Self.decode(Self.member, limit: limit) == .failure(.tooLarge)) }
  }

  @Test func refusesEveryCutAndEveryAddition() {
    for count in 0..<Self.member.count {
      #expect(Self.decode(Array(Self.member.prefix(count))) == .failure(.malformed))
    }
    for addition in [[0], [0x1f], Self.member] {
      #expect(Self.decode(Self.member + addition) == .failure(.malformed))
    }
  }

  /// Some bits mean nothing: time and system in the head, the rest of a block's last byte.
  @Test func neverReadsSomethingElseOutOfADamagedMember() {
    for index in Self.member.indices {
      for bit in 0..<8 {
        var bent = Self.member
        bent[index] ^= 1 << bit
        if case .success(let read) = Self.decode(bent) { #expect(read == Self.text, "\(index)") }
      }
    }
  }

  @Test func refusesZlibAndRawDeflate() {
    #expect(Self.decode([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]) == .failure(.malformed))
    #expect(Self.decode([0x03, 0x00]) == .failure(.malformed))
  }
}
