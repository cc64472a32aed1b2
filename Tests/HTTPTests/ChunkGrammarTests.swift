// The chunked coding is read by its grammar alone, whatever pieces it arrives in (security B1, rows 5 and 8).

import HTTP
import Testing

@Suite struct ChunkGrammarTests {
  @Test(arguments: [
    "0x2\r\nab\r\n0\r\n\r\n", "+2\r\nab\r\n0\r\n\r\n", "-2\r\nab\r\n0\r\n\r\n", " 2\r\nab\r\n0\r\n\r\n",
    "2 \r\nab\r\n0\r\n\r\n", "2\t\r\nab\r\n0\r\n\r\n", "2_\r\nab\r\n0\r\n\r\n", "\r\nab\r\n0\r\n\r\n", "\r\n",
    "2\nab\r\n0\r\n\r\n", "2\r\nab\n0\r\n\r\n", "2\r\nab\r\n0\n\r\n", "2\r\nab\r\n0\r\n\n", "2\rab\r\n0\r\n\r\n",
    "2\r\nabc\r\n0\r\n\r\n", "2\r\nab0\r\n\r\n", "2;a\rb\r\nab\r\n0\r\n\r\n", "2;a\nab\r\n0\r\n\r\n",
    "2;\u{00}\r\nab\r\n0\r\n\r\n", "2;a\r\r\nab\r\n0\r\n\r\n", "g\r\n", ";a\r\n", "2,\r\nab", "\u{0b}2\r\nab",
    "0\r\n x: y\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nx: y\n\r\n", "0\r\nx: \u{00}\r\n\r\n", "0\r\nx: y\r\r\n\r\n",
    "0\r\n\r ", "0\r\nx\r\n\r\n", "0\r\nx y: z\r\n\r\n", "0\r\nx : y\r\n\r\n",
  ])
  func refuses(text: String) {
    #expect(readChunked(text) == .refused(.malformedChunk))
  }

  @Test(arguments: [
    "10000000000000000", "ffffffffffffffff", "7fffffffffffffff", "0000000000000001", "fffffffffffffffff",
  ])
  func refusesSizeOfMoreThan15Digits(size: String) {
    #expect(readChunked("\(size)\r\nab") == .refused(.malformedChunk))
  }

  @Test(arguments: ["100000000", "fffffffff", "7ffffffffffffff", "fffffffffffffff"])
  func doesNotWrapAtLargeSizes(size: String) {
    #expect(
      readChunked("\(size)\r\nab\r\n0\r\n\r\n")
        == .read(payload: Array("ab\r\n0\r\n\r\n".utf8), rest: [], isComplete: false))
  }

  @Test func refusesLongExtension() {
    let long = String(repeating: "a", count: 65_536)
    #expect(readChunked("2;\(long)\r\nab\r\n0\r\n\r\n") == .refused(.malformedChunk))
  }

  @Test func refusesManyShortExtensions() {
    let chunk = Array("1;\(String(repeating: "x", count: 100))\r\na\r\n".utf8)
    #expect(readBody(Array(repeating: chunk, count: 100)) == .refused(.malformedChunk))
  }

  @Test func refusesLongTrailers() {
    let trailer = "x: \(String(repeating: "y", count: 100))\r\n"
    #expect(readChunked("0\r\n" + String(repeating: trailer, count: 100) + "\r\n") == .refused(.malformedChunk))
  }

  @Test(arguments: [
    "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "002\r\nab\r\n3;x=\"y z\"\r\ncde\r\n0\r\n\r\n", "5\r\nabcde\r\n000\r\n\r\n",
    "5;\r\nabcde\r\n0;last\r\nTrailer: x\r\nOther:\r\n\r\n", "000000000000005\r\nabcde\r\n0\r\n\r\n",
  ])
  func takesWhatTheGrammarAllows(text: String) {
    #expect(readChunked(text) == .read(payload: Array("abcde".utf8), rest: [], isComplete: true))
  }

  @Test func readsHexadecimalDigitsOfEitherCase() {
    let payload = [UInt8](repeating: 0x78, count: 0xab)
    for size in ["ab", "AB", "aB"] {
      let body = Array("\(size)\r\n".utf8) + payload + Array("\r\n0\r\n\r\n".utf8)
      #expect(readBody([body]) == .read(payload: payload, rest: [], isComplete: true))
    }
  }

  @Test func leavesWhatFollowsTheEnd() {
    let next = Array("GET /ping HTTP/1.1\r\n".utf8)
    #expect(
      readBody([chunked([Array("ab".utf8)]) + next])
        == .read(payload: Array("ab".utf8), rest: next, isComplete: true))
  }

  @Test func isIncompleteUntilTheLastByte() {
    let body = chunked([Array("abc".utf8)], trailers: "X: y\r\n")
    for end in 0..<body.count {
      guard case .read(_, _, let isComplete) = readBody([Array(body[..<end])]) else {
        Issue.record("refused at \(end)")
        continue
      }
      #expect(!isComplete, "\(end)")
    }
  }

  @Test func decodesAlikeWhereverItIsSplit() {
    let body =
      chunked(
        [Array("hello ".utf8), Array("world, with CRLF\r\n0\r\n\r\n".utf8)], extensions: ";a=b", trailers: "X: y\r\n")
      + Array("next".utf8)
    let whole = readBody([body])
    for first in 0...body.count {
      for second in first...body.count {
        let pieces = [Array(body[..<first]), Array(body[first..<second]), Array(body[second...])]
        #expect(readBody(pieces) == whole)
      }
    }
    #expect(readBody(body.map { [$0] }) == whole)
  }

  @Test func refusesAlikeWhereverItIsSplit() {
    let body = Array("3\r\nabc\r\n2;x\ny\r\nab\r\n0\r\n\r\n".utf8)
    for split in 0...body.count {
      #expect(readBody([Array(body[..<split]), Array(body[split...])]) == .refused(.malformedChunk))
    }
  }

  @Test func announcesWhatTheSizeLineSaid() {
    var decoder = BodyDecoder(.chunked)
    var bytes = Array("ffffff\r\nabc".utf8)
    #expect(decoder.announced == 0)
    bytes.withUnsafeMutableBytes { bytes in
      do throws(HeadProblem) { _ = try decoder.decode(bytes) } catch { Issue.record(error) }
    }
    #expect(decoder.announced == 0xff_ffff - 3)
    #expect(BodyDecoder(.length(7)).announced == 7)
    #expect(BodyDecoder(.close).announced == 0)
  }

  @Test func doesNothingAfterTheEnd() {
    #expect(
      readBody([Array("0\r\n\r\n".utf8), Array("5\r\nabcde\r\n".utf8)])
        == .read(payload: [], rest: Array("5\r\nabcde\r\n".utf8), isComplete: true))
  }
}
