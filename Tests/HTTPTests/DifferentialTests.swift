// What is accepted is read as a second, independent reader reads it; everything else is refused by both.

import HTTP
import TestSupport
import Testing

@Suite struct DifferentialTests {
  @Test func readsBackEveryRequestItIsMeantToRead() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let (bytes, fields) = generator.request()
      guard case .read(let summary, let length) = readRequest(bytes) else {
        Issue.record("refused: \(String(decoding: bytes, as: UTF8.self))")
        return
      }
      #expect(length == bytes.count)
      #expect(summary.fields == fields)
    }
  }

  @Test(arguments: 2...5 as ClosedRange<UInt64>) func readsDamagedRequestsLikeTheReference(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var accepted = 0
    for _ in 0..<1_500 {
      let message = generator.mutate(generator.request().bytes) + Array("POST /next HTTP/1.1\r\n".utf8)
      let expected = ReferenceReader.request(message)
      var found: ReferenceReader.Request?
      if case .read(let summary, let length) = readRequest(message) {
        found = ReferenceReader.Request(
          length: length, method: summary.method, target: summary.target, framing: summary.framing,
          fields: summary.fields)
      }
      #expect(found == expected, "\(String(reflecting: String(decoding: message, as: UTF8.self)))")
      if found != nil { accepted += 1 }
    }
    #expect((300...1_200).contains(accepted), "\(accepted)")
  }

  @Test(arguments: 6...8 as ClosedRange<UInt64>) func readsDamagedChunksLikeTheReference(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("ab\r\n0".utf8)
    for _ in 0..<1_500 {
      let pieces = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
        generator.bytes(upTo: 20, from: alphabet)
      }
      let body = generator.mutate(
        chunked(
          pieces, extensions: ["", ";a=b", ";"].randomElement(using: &generator) ?? "",
          trailers: ["", "X: y\r\n"].randomElement(using: &generator) ?? ""))
      let whole = readBody([body])
      if let expected = ReferenceReader.chunkedBody(body) {
        #expect(
          whole == .read(payload: expected.payload, rest: Array(body[expected.length...]), isComplete: true),
          "\(String(reflecting: String(decoding: body, as: UTF8.self)))")
      } else if case .read(_, _, isComplete: true) = whole {
        Issue.record("accepted: \(String(reflecting: String(decoding: body, as: UTF8.self)))")
      }
    }
  }

  @Test func decodesEveryChunkedBodyInRandomPieces() {
    var generator = SeededGenerator(seed: 9)
    let alphabet = Array(0...255) as [UInt8]
    for _ in 0..<500 {
      let chunks = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        generator.bytes(upTo: 300, from: alphabet)
      }
      var rest = chunked(chunks)[...]
      var pieces: [[UInt8]] = []
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(40, rest.count), using: &generator)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(readBody(pieces) == .read(payload: Array(chunks.joined()), rest: [], isComplete: true))
    }
  }

  @Test func survivesArbitraryBytes() {
    var generator = SeededGenerator(seed: 10)
    let alphabet = Array("GET / HTTP/1.1\r\n\r\n\r\n: \u{00}".utf8) + [0x80, 0xff]
    for _ in 0..<3_000 {
      let bytes = generator.bytes(upTo: 80, from: alphabet)
      _ = readResponse(bytes)
      _ = readBody([bytes])
      if case .read(_, let length) = readRequest(bytes) { #expect(length <= bytes.count) }
    }
  }
}
