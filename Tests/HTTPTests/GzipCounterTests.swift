// What a body in gzip comes to is counted piece by piece, and no further than its limit.

import HTTP
import Testing

@Suite struct GzipCounterTests {
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
    #expect(Self.count(GzipSample.member, piece: piece) == .success(GzipSample.text.count))
    #expect(
      Self.count(GzipSample.member + GzipSample.member + GzipSample.member, piece: piece)
        == .success(3 * GzipSample.text.count))
  }

  @Test func stopsAtTheLimitOverAllMembers() {
    let twice = GzipSample.member + GzipSample.member
    #expect(Self.count(twice, limit: 2 * GzipSample.text.count) == .success(2 * GzipSample.text.count))
    #expect(Self.count(twice, limit: 2 * GzipSample.text.count - 1) == .failure(.tooLarge))
    #expect(Self.count(GzipSample.member, limit: 0) == .failure(.tooLarge))
  }

  /// The words are those that Go's reader has.
  @Test func refusesWhatIsBrokenOrCutOff() {
    for count in 1..<GzipSample.member.count {
      #expect(Self.count(Array(GzipSample.member.prefix(count))) == .failure(.malformed("unexpected EOF")), "\(count)")
    }
    #expect(Self.count(GzipSample.member + [0, 0]) == .failure(.malformed("gzip: invalid header")))
    var bent = GzipSample.member
    bent[47] ^= 1
    #expect(Self.count(bent) == .failure(.malformed("gzip: invalid checksum")))
    bent = GzipSample.member
    bent[10] = 0x07
    #expect(Self.count(bent) == .failure(.malformed("flate: corrupt input")))
    #expect(Self.count(Array("cpu v=1".utf8)) == .failure(.malformed("gzip: invalid header")))
  }

  @Test func countsNothingAfterItRefused() throws {
    let counter = try #require(GzipCounter(limit: 1 << 20))
    for bytes in [Array("no gzip".utf8), GzipSample.member] {
      #expect(throws: GzipCounter.Problem.self) { try bytes.withUnsafeBytes { try counter.take($0) } }
    }
  }
}
