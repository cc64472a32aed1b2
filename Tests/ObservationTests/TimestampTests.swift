// Moments as RFC 3339 texts, against known ones and Foundation's.

import Foundation
import Testing

@testable import Observation

private func shown(_ nanoseconds: Int64) -> String {
  let buffer = ByteBuffer()
  var line = JSONLine(appendingTo: buffer)
  line.field("t", Timestamp(nanoseconds: nanoseconds))
  line.finish()
  return String(decoding: buffer.contents.dropFirst(6).dropLast(3), as: UTF8.self)
}

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
      (1_709_251_199_999_999_999, "2024-02-29T23:59:59.999Z"), (1_709_251_200_000_000_000, "2024-03-01T00:00:00.000Z"),
      (1_795_557_909_123_000_000, "2026-11-24T22:05:09.123Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (4_107_542_399_000_000_000, "2100-02-28T23:59:59.000Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
      (Int64.max, "2262-04-11T23:47:16.854Z"), (Int64.min, "1677-09-21T00:12:43.145Z"),
    ] as [(Int64, String)]) func isRFC3339InUTC(nanoseconds: Int64, expected: String)
  {
    #expect(shown(nanoseconds) == expected)
  }

  @Test func agreesWithFoundationOnEveryDayOfTwoCenturies() {
    let formatter = ISO8601DateFormatter()
    for day in stride(from: -36_500, to: 73_000, by: 1) {
      let seconds = Int64(day) * 86_400 + 45_296
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds))).dropLast() + ".000Z"
      let text = shown(seconds * 1_000_000_000)
      if text != expected { Issue.record("\(text) for \(expected)") }
    }
  }
}
