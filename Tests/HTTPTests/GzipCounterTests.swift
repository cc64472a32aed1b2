// What a body in gzip comes to is counted piece by piece, and no further than its limit.

import HTTP
import Testing

@Suite struct GzipCounterTests {
  private static let text = Array(String(repeating: "db=metrics&q=SHOW+MEASUREMENTS", count: 3).utf8)
  /// As another program wrote it.
  private static let member: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x49, 0xb2, 0xcd, 0x4d, 0x2d,
    0x29, 0xca, 0x4c, 0x2e, 0x56, 0x2b, 0xb4, 0x0d, 0xf6, 0xf0, 0x0f, 0xd7, 0xf6, 0x75, 0x75, 0x0c,
    0x0e, 0x0d, 0x72, 0xf5, 0x75, 0xf5, 0x0b, 0x09, 0x4e, 0xa1, 0x40, 0x16, 0x00, 0x41, 0x6f, 0x80,
    0x12, 0x5a, 0x00, 0x00, 0x00,
  ]

  /// Bytes counted, or what is wrong.
  private static func count(
    _ bytes: [UInt8], limit: Int = 1 << 20, piece: Int = .max
  ) -> Result<Int, GzipCounter.Problem> {
    guard let counter = GzipCounter(limit: limit) else { return .failure(.tooLarge) }
    do throws(GzipCounter.Problem) {
      var start = 0
      while start < bytes.count {
        let end = start + min(piece, bytes.count - start)
        let problem: GzipCounter.Problem? = bytes[start..<end].withUnsafeBytes { part in
          do throws(GzipCounter.Problem) { try counter.take(part) } catch { return error }
          return nil
        }
        if let problem { throw problem }
        start = end
      }
      try counter.finish()
      return .success(counter.count)
    } catch {
      return .failure(error)
    }
  }

  @Test(arguments: [1, 2, 7, .max]) func countsOneMemberAfterTheOther(piece: Int) {
    #expect(Self.count(Self.member, piece: piece) == .success(Self.text.count))
    #expect(
      Self.count(Self.member + Self.member + Self.member, piece: piece) == .success(3 * Self.text.count))
  }

  @Test func stopsAtTheLimitOverAllMembers() {
    let twice = Self.member + Self.member
    #expect(Self.count(twice, limit: 2 * Self.text.count) == .success(2 * Self.text.count))
    #expect(Self.count(twice, limit: 2 * Self.text.count - 1) == .failure(.tooLarge))
    #expect(Self.count(Self.member, limit: 0) == .failure(.tooLarge))
  }

  /// The words are those that Go's reader has.
  @Test func refusesWhatIsBrokenOrCutOff() {
    for count in 1..<Self.member.count {
      #expect(Self.count(Array(Self.member.prefix(count))) == .failure(.malformed("unexpected EOF")), "\(count)")
    }
    #expect(Self.count(Self.member + [0, 0]) == .failure(.malformed("gzip: invalid header")))
    var bent = Self.member
    bent[47] ^= 1
    #expect(Self.count(bent) == .failure(.malformed("gzip: invalid checksum")))
    bent = Self.member
    bent[10] = 0x07
    #expect(Self.count(bent) == .failure(.malformed("flate: corrupt input")))
    #expect(Self.count(Array("cpu v=1".utf8)) == .failure(.malformed("gzip: invalid header")))
  }

  @Test func countsNothingAfterItRefused() throws {
    let counter = try #require(GzipCounter(limit: 1 << 20))
    for bytes in [Array("no gzip".utf8), Self.member] {
      #expect(throws: GzipCounter.Problem.self) { try bytes.withUnsafeBytes { try counter.take($0) } }
    }
  }
}
