// Random messages, and damage done to them with the bytes that parsers stumble over.

import TestSupport

extension SeededGenerator {
  static let tokenAlphabet = Array("abcXYZ019-!#$%&'*+.^`|~".utf8)
  static let valueAlphabet = Array("abc XYZ\t019-_:;,=\"()/\\@é".utf8)
  static let targetAlphabet = Array("abcXYZ019-._~/?&=%+;:@\\[]é".utf8)
  private static let odd =
    Array("\r\n\r\n :;,\t\u{00}\u{0b}\u{7f}0159afx-+_#?/@*GHTcClLdDkK".utf8) + [0x80, 0x85, 0xff]

  /// A head that has to be accepted, and the fields in it.
  mutating func request() -> (bytes: [UInt8], fields: [TextField]) {
    let method = ["GET", "POST", "DELETE", "OPTIONS", "HEAD", "PURGE", "get"].randomElement(using: &self) ?? "GET"
    let origin = "/" + String(decoding: bytes(upTo: 20, from: Self.targetAlphabet), as: UTF8.self)
    let target = Int.random(in: 0..<8, using: &self) == 0 ? "http://host:80\(origin)" : origin
    var fields = [TextField("Host", "a.example:8086")]
    for _ in 0..<Int.random(in: 0...6, using: &self) {
      let name = "x" + String(decoding: bytes(upTo: 12, from: Self.tokenAlphabet), as: UTF8.self)
      fields.append(
        TextField(name, "v" + String(decoding: bytes(upTo: 20, from: Self.valueAlphabet), as: UTF8.self) + "v"))
    }
    switch Int.random(in: 0..<3, using: &self) {
    case 0: fields.append(TextField("Content-Length", String(Int.random(in: 0...100_000, using: &self))))
    case 1: fields.append(TextField("Transfer-Encoding", "chunked"))
    default: break
    }
    fields.shuffle(using: &self)
    let lines = fields.map { "\($0.name):\(Bool.random(using: &self) ? " " : "\t ")\($0.value) \r\n" }.joined()
    return (Array("\(method) \(target) HTTP/1.1\r\n\(lines)\r\n".utf8), fields)
  }

  /// Damages `bytes` in one to three places.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !result.isEmpty {
      let i = Int.random(in: 0..<result.count, using: &self)
      let byte = Self.odd.randomElement(using: &self) ?? 0
      switch Int.random(in: 0..<6, using: &self) {
      case 0: result[i] = byte
      case 1: result.insert(byte, at: i)
      case 2: result.remove(at: i)
      case 3: result.insert(contentsOf: result[i..<min(result.count, i + 30)], at: i)
      case 4: result.removeSubrange(i..<min(result.count, i + 3))
      default: result[i] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      }
    }
    return result
  }
}
