// Moments as RFC 3339 texts, against known ones and Foundation's.

import Foundation
import Testing

@testable import Formats

/// In the form of the logs.
private func shown(_ nanoseconds: Int64) -> String {
  let bytes = [UInt8](unsafeUninitializedCapacity: Timestamp.millisecondsLength) { memory, count in
    guard let start = memory.baseAddress else { return }
    Timestamp(nanoseconds: nanoseconds).writeMilliseconds(to: start)
    count = Timestamp.millisecondsLength
  }
  return String(decoding: bytes, as: UTF8.self)
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

@Test(
  arguments: [
    (0, "1970-01-01T00:00:00Z"), (1_767_323_045_678_900_000, "2026-01-02T03:04:05.6789Z"),
    (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
    (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
  ] as [(Int64, String)])
func writesTimesAsGoDoes(nanoseconds: Int64, text: String) {
  #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
}

@Test(
  arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05.6789Z", 1_767_323_045_678_900_000),
    ("2000-02-29t23:59:59.000000001z", 951_868_799_000_000_001), ("1970-01-01T01:00:00+01:00", 0),
    ("2261-12-31T23:59:59-23:59", 9_214_732_739_000_000_000), ("2100-03-01T00:00:00Z", 4_107_542_400_000_000_000),
  ] as [(String, Int64)])
func datesAreRead(text: String, expected: Int64) { #expect(Timestamp(rfc3339: text)?.nanoseconds == expected) }

@Test(arguments: [
  "", "2027", "2027-13-01T00:00:00Z", "2027-00-01T00:00:00Z", "2027-01-32T00:00:00Z", "2100-02-29T00:00:00Z",
  "2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z", "2027-01-01T00:00:60Z", "2027-01-01T00:00:00",
  "2027-01-01 00:00:00Z", "2027-01-01T00:00:00.Z", "2027-01-01T00:00:00.1234567890Z", "2027-01-01T00:00:00+1:00",
  "2262-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2027-01-01T00:00:00Zx",
  "+027-01-01T00:00:00Z", "２027-01-01T00:00:00Z",
])
func otherDatesAreRefused(text: String) { #expect(Timestamp(rfc3339: text)?.nanoseconds == nil) }

@Test(
  arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_795_557_909, "Tue, 24 Nov 2026 22:05:09 GMT"),
    (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
  ] as [(Int64, String)])
func fieldsOfHTTPHaveTheirOwnForm(seconds: Int64, text: String) {
  #expect(String(decoding: Timestamp(nanoseconds: seconds * 1_000_000_000).httpDate, as: UTF8.self) == text)
}
