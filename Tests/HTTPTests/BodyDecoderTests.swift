// A body ends where its framing says and nowhere else.

import HTTP
import Testing

@Suite struct BodyDecoderTests {
  private let text = Array("0123456789".utf8)

  @Test func takesNothingWhereThereIsNoBody() {
    #expect(readBody([text], framing: .none) == .read(payload: [], rest: text, isComplete: true))
    #expect(readBody([], framing: .none) == .read(payload: [], rest: [], isComplete: true))
  }

  @Test func takesExactlyTheLength() {
    for length in 0...text.count {
      for split in 0...text.count {
        let reading = readBody([Array(text[..<split]), Array(text[split...])], framing: .length(length))
        #expect(
          reading == .read(payload: Array(text[..<length]), rest: Array(text[length...]), isComplete: true))
      }
    }
  }

  @Test func waitsForTheWholeLength() {
    #expect(readBody([text], framing: .length(11)) == .read(payload: text, rest: [], isComplete: false))
    #expect(readBody([text], framing: .length(.max)) == .read(payload: text, rest: [], isComplete: false))
  }

  @Test func neverEndsABodyThatEndsWithItsConnection() {
    #expect(readBody([text, text], framing: .close) == .read(payload: text + text, rest: [], isComplete: false))
  }

  @Test func tellsWhatIsStillToComeOfALength() {
    var bytes = text
    var decoder = BodyDecoder(.length(25))
    #expect(decoder.remainingLength == 25)
    bytes.withUnsafeMutableBytes { bytes in
      do throws(HeadProblem) { _ = try decoder.decode(bytes) } catch { Issue.record(error) }
    }
    #expect(decoder.remainingLength == 15)
    #expect(BodyDecoder(.chunked).remainingLength == nil)
    #expect(BodyDecoder(.close).remainingLength == nil)
    #expect(BodyDecoder(.none).remainingLength == 0)
  }

  @Test func movesChunksTogetherInPlace() {
    var bytes = chunked([Array("ab".utf8), Array("cd".utf8), Array("ef".utf8)])
    var decoder = BodyDecoder(.chunked)
    let size = bytes.count
    bytes.withUnsafeMutableBytes { bytes in
      do throws(HeadProblem) {
        let step = try decoder.decode(bytes)
        #expect(step.consumed == size)
        #expect(bytes[..<step.produced].elementsEqual("abcdef".utf8))
      } catch { Issue.record(error) }
    }
    #expect(decoder.isComplete)
  }
}
