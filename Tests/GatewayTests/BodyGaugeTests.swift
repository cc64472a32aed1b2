// A short body that comes to much is counted in turns with others' events (issue 10, A2, A13).

import Decision
import HTTP
import Testing

@testable import Gateway

@Suite struct BodyGaugeTests {
  /// How many slices a body is counted in, and whether it was refused.
  private static func slices(_ body: [UInt8], limit: Int) throws -> (count: Int, isRefused: Bool) {
    var gauge = try #require(BodyGauge(BodyBound(limit: limit), isInflated: true, length: body.count))
    return body.withUnsafeBytes { bytes in
      var (start, count) = (0, 0)
      while true {
        let slice = gauge.takeSlice(bytes, from: start, isLast: true)
        count += 1
        if slice.refusal != nil { return (count, true) }
        start = slice.end
        if start == bytes.count { return (count, false) }
      }
    }
  }

  @Test func countsADenseBodyInSlices() throws {
    let most = BodyGauge.sliceBytes + 256 * GzipCounter.highestRatio
    let dense = try #require(Gzip.encode([UInt8](repeating: 0x61, count: 16 << 20)))
    let whole = try Self.slices(dense, limit: 16 << 20)
    #expect(!whole.isRefused && whole.count >= (16 << 20) / most)
    // What is refused is refused as soon as its limit is passed.
    let refused = try Self.slices(dense, limit: 4 << 20)
    #expect(refused.isRefused && refused.count <= (4 << 20) / BodyGauge.sliceBytes + 1)
  }

  /// Nothing is put off of what a client of lines sends.
  @Test func countsAnOrdinaryBodyAtOnce() throws {
    var lines: [UInt8] = []
    for number in 0..<2_000 { lines += Array("cpu,host=h\(number &* 7_919) value=\(number &* 104_729)\n".utf8) }
    let body = try #require(Gzip.encode(lines))
    let counted = try Self.slices(body, limit: 1 << 20)
    #expect(!counted.isRefused && counted.count == 1)
  }
}
