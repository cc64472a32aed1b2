// Whatever goes into an upstream request, what leaves is one request and the intended one (security B2, row 16).

import Formats
import TestSupport
import HTTP
import Testing

@testable import Decision

/// The head that `bytes` begin with, as another server would read it: its length, method, target and fields.
private func parse(_ bytes: [UInt8]) -> (length: Int, method: String, target: String, fields: [String])? {
  let decoder = RequestHeadDecoder()
  let limits = HeadLimits(bytes: 1_000_000, fields: 1_000)
  return bytes.withUnsafeBytes { bytes in
    do throws(HeadProblem) {
      var scanner = HeadScanner()
      guard let length = try scanner.headLength(in: bytes, limits: limits) else { return nil }
      try decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[..<length]), limits: limits)
      func text(_ range: ByteRange) -> String { String(decoding: bytes[bytes: range], as: UTF8.self) }
      return (length, text(decoder.methodRange), text(decoder.target), decoder.fields.map { text($0.nameRange) })
    } catch { return nil }
  }
}

private func bytes(of line: RequestLine) -> [UInt8] {
  var result = line.bytes + Array("Host: upstream:1\r\n".utf8)
  Hop(clientAddress: "10.0.0.1", isTLS: true).append(to: &result)
  return result + [0x0d, 0x0a]
}

@Suite struct SerializerTests {
  private let own = ["Host", "Via", "X-Forwarded-For", "X-Forwarded-Proto"]

  @Test func writesOneRequestForArbitraryTargets() {
    var generator = SeededGenerator(seed: 1)
    let alphabet = Array("/ab?&=%\r\n \t\u{00}\u{7f};: HTTP/1.1".utf8) + [0x80, 0xff, 0x0b]
    for _ in 0..<3_000 {
      let target = [0x2f] + generator.bytes(upTo: 40, from: alphabet)
      let line = target.withUnsafeBytes { target in
        Array("GET".utf8).withUnsafeBytes {
          RequestLine(.get, methodText: $0, target: PassedTarget(path: target, query: nil))
        }
      }
      let outgoing = bytes(of: line)
      let parsed = parse(outgoing)
      #expect(parsed?.length == outgoing.count)
      #expect(parsed?.method == "GET")
      #expect(parsed?.target == String(decoding: target.filter { $0 > 0x20 && $0 != 0x7f }, as: UTF8.self))
      #expect(parsed?.fields == own)
    }
  }

  @Test func writesOneRequestForArbitraryParameters() throws {
    var generator = SeededGenerator(seed: 2)
    let alphabet = Array(0...255) as [UInt8]
    for _ in 0..<2_000 {
      var parameters = CanonicalParameters()
      let values = (0..<3).map { _ in generator.bytes(upTo: 20, from: alphabet.filter { $0 != 0 }) }
      parameters.append("db", values[0])
      parameters.append("rp", values[1])
      parameters.append("q", values[2])
      let outgoing = bytes(of: RequestLine(.post, "/write", parameters: parameters))
      let parsed = parse(outgoing)
      #expect(parsed?.length == outgoing.count)
      #expect(parsed?.fields == own)
      let target = Array((parsed?.target ?? "").utf8)
      #expect(target.starts(with: "/write?".utf8))
      let read = try FormValues(Array(target.dropFirst(7)))
      #expect(read.pairs.map(\.value) == values)
    }
  }

  @Test func forwardsOneRequestForArbitraryNames() throws {
    var generator = SeededGenerator(seed: 3)
    let alphabet = Array("abé/ \r\n\t\u{7f}&=%+;?#\"\\:".utf8)
    for _ in 0..<300 {
      let name = String(decoding: generator.bytes(upTo: 12, from: alphabet, atLeast: 1), as: UTF8.self)
      guard !name.contains("/") else { continue }
      let gate = try Gate(directory: World.directory([(name, ["autogen"])]))
      var encoded: [UInt8] = []
      PercentCoding.append(name, to: &encoded)
      let database = String(decoding: encoded, as: UTF8.self)
      let decision = gate.write("/write?db=\(database)", login: "every")
      #expect(decision.isPermitted)
      let outgoing = Array(decision.outgoing.utf8)
      let parsed = parse(outgoing)
      #expect(parsed?.length == outgoing.count - 7)
      #expect(parsed?.target == "/write?db=\(database)&rp=autogen")
    }
  }

  @Test func saysWhatDoesNotFit() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
    defer { memory.deallocate() }
    var writer = ByteWriter(memory)
    writer.append(bytes(of: RequestLine(.get, "/query")))
    #expect(writer.hasOverflowed)
  }
}
