// Whatever is put into a line, it stays one valid line.

import Formats
import Foundation
import Testing

@testable import Observation

private func parse(_ line: [UInt8]) throws -> [String: Any] {
  #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
  #expect(line.last == UInt8(ascii: "\n"))
  #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
  return try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
}

private func shown(_ value: [UInt8], limit: Int = 1_024) throws -> String {
  let buffer = ByteBuffer()
  var line = JSONLine(appendingTo: buffer, limit: limit)
  line.field("key", value)
  line.finish()
  return try #require(parse(buffer.contents)["key"] as? String)
}

@Suite struct JSONLineTests {
  @Test func writesFieldsInTheirOrder() {
    let buffer = ByteBuffer()
    var line = JSONLine(appendingTo: buffer)
    line.field("a", "x")
    line.field("b", -12)
    line.field("c", 0)
    line.field("d", true)
    line.field("e", Int.min)
    line.field("f", Timestamp(nanoseconds: 0))
    line.finish()
    let text = String(decoding: buffer.contents, as: UTF8.self)
    #expect(
      text
        == "{\"a\":\"x\",\"b\":-12,\"c\":0,\"d\":true,\"e\":-9223372036854775808,\"f\":\"1970-01-01T00:00:00.000Z\"}\n")
  }

  @Test func writesAnEmptyObject() {
    let buffer = ByteBuffer()
    JSONLine(appendingTo: buffer).finish()
    #expect(buffer.contents == Array("{}\n".utf8))
  }

  @Test func appendsToWhatIsThere() {
    let buffer = ByteBuffer()
    JSONLine(appendingTo: buffer).finish()
    var line = JSONLine(appendingTo: buffer)
    line.field("a", 1)
    line.finish()
    #expect(buffer.contents == Array("{}\n{\"a\":1}\n".utf8))
  }

  /// Security row 58.
  @Test func staysOneLineWhateverAClientSends() throws {
    let hostile = "a\n{\"level\":\"error\"}\r\u{1b}[31m\u{0}\u{7f}\u{9b}31m\t\\\"\u{2028}ünï😀"
    #expect(try shown(Array(hostile.utf8)) == hostile)
  }

  @Test func carriesEveryByteOfASCII() throws {
    for byte in UInt8(0)..<0x80 { #expect(try shown([byte]) == String(UnicodeScalar(byte))) }
  }

  @Test func replacesWhatIsNoUTF8() throws {
    let cases: [([UInt8], String)] = [
      ([0xfc], "\u{fffd}"), ([0x61, 0xff, 0x62], "a\u{fffd}b"), ([0xc3], "\u{fffd}"),
      ([0xc0, 0x80], "\u{fffd}\u{fffd}"), ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
      ([0xf4, 0x90, 0x80, 0x80], "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"), ([0xe2, 0x82, 0x61], "\u{fffd}\u{fffd}a"),
      ([0xe2, 0x82, 0xac], "€"), ([0xf0, 0x9f, 0x98, 0x80], "😀"), ([0x80], "\u{fffd}"),
    ]
    for (value, expected) in cases { #expect(try shown(value) == expected) }
  }

  @Test func survivesRandomBytes() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let value = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try shown(value)
      _ = try shown(value, limit: 7)
    }
  }

  @Test func growsForLinesOfAnyLength() throws {
    let buffer = ByteBuffer(capacity: 64)
    for length in [0, 1, 60, 61, 62, 63, 64, 65, 1_000, 100_000] {
      for byte in [UInt8(ascii: "a"), 1, 0xff] {
        var line = JSONLine(appendingTo: buffer, limit: 100_000)
        line.field("a", [UInt8](repeating: byte, count: length))
        line.field("b", Timestamp(nanoseconds: 0))
        line.field("c", length)
        line.finish()
      }
    }
    let lines = buffer.contents.split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 30)
    for line in lines {
      let object = try parse(line + [UInt8(ascii: "\n")])
      #expect((object["a"] as? String)?.unicodeScalars.count == object["c"] as? Int)
    }
  }

  @Test func leavesNothingOfALineThatIsNotFinished() {
    let buffer = ByteBuffer()
    JSONLine(appendingTo: buffer).finish()
    do {
      var line = JSONLine(appendingTo: buffer)
      line.field("a", "b")
    }
    #expect(buffer.contents == Array("{}\n".utf8))
  }

  @Test func cutsWhatIsTooLong() throws {
    let million = [UInt8](repeating: 97, count: 1 << 20)
    #expect(try shown(million) == String(repeating: "a", count: 1_024) + "…")
    // In the middle of a character.
    #expect(try shown(Array("aaü".utf8), limit: 3) == "aa\u{fffd}…")
    #expect(try shown(Array("aaü".utf8), limit: 4) == "aaü")
  }

  @Test func writesKeysThatAreNoConstantsAsSafely() throws {
    let buffer = ByteBuffer()
    var line = JSONLine(appendingTo: buffer)
    line.field(named: "a\n\"b", .text("x\n"))
    line.field(named: "c", .number(-3))
    line.field(named: "d", .flag(false))
    line.finish()
    let object = try parse(buffer.contents)
    #expect(object["a\n\"b"] as? String == "x\n")
    #expect(object["c"] as? Int == -3)
    #expect(object["d"] as? Bool == false)
  }
}
