// A second reading of requests and chunked bodies, written from the RFCs over whole byte arrays, to compare with.

import HTTP

/// Slow and simple on purpose; shares no code with the decoders.
enum ReferenceReader {
  struct Request: Equatable {
    var length: Int
    var method: String
    var target: String
    var framing: BodyFraming
    var fields: [TextField]
  }

  private static let lineEnd: [UInt8] = [0x0d, 0x0a]

  /// The request at the start of `message`, or nil where there is none that everybody reads alike.
  static func request(_ message: [UInt8]) -> Request? {
    let start = message.starts(with: lineEnd) ? 2 : 0
    guard let end = (start..<max(start, message.count)).first(where: { message[$0...].starts(with: lineEnd + lineEnd) })
    else { return nil }
    let lines = split(Array(message[start..<end]))
    // What is left of a bare CR or LF stands within a line.
    guard lines.allSatisfy({ !$0.contains(0x0d) && !$0.contains(0x0a) }), let first = lines.first else { return nil }
    let parts = first.split(separator: 0x20, omittingEmptySubsequences: false).map(Array.init)
    guard parts.count == 3, isToken(parts[0]), isTarget(parts[1], method: parts[0]) else { return nil }
    let version = String(decoding: parts[2], as: UTF8.self)
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else { return nil }
    var fields: [TextField] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: 0x3a), isToken(Array(line[..<colon])) else { return nil }
      let value = line[(colon + 1)...]
      guard value.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else { return nil }
      let blanks: Set<UInt8> = [0x20, 0x09]
      let trimmed = value.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed()
      fields.append(
        TextField(String(decoding: line[..<colon], as: UTF8.self), String(decoding: Array(trimmed), as: UTF8.self)))
    }
    guard let framing = framing(fields, isOld: version == "HTTP/1.0") else { return nil }
    return Request(
      length: end + 4, method: String(decoding: parts[0], as: UTF8.self),
      target: String(decoding: parts[1], as: UTF8.self), framing: framing, fields: fields)
  }

  private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = [[]]
    var i = 0
    while i < bytes.count {
      if bytes[i...].starts(with: lineEnd) {
        lines.append([])
        i += 2
      } else {
        lines[lines.count - 1].append(bytes[i])
        i += 1
      }
    }
    return lines
  }

  private static func isToken(_ bytes: [UInt8]) -> Bool {
    let allowed = Set("!#$%&'*+-.^_`|~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    return !bytes.isEmpty && bytes.allSatisfy { allowed.contains($0) }
  }

  /// By its characters alone.
  private static func isHost(_ bytes: some Sequence<UInt8>) -> Bool {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]%".utf8)
    return bytes.allSatisfy { allowed.contains($0) }
  }

  private static func isTarget(_ bytes: [UInt8], method: [UInt8]) -> Bool {
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != 0x23 }) else { return false }
    if bytes[0] == 0x2f { return true }
    if bytes == [0x2a] { return method == Array("OPTIONS".utf8) }
    for scheme in ["http://", "https://"] where bytes.map({ $0 | 0x20 }).starts(with: scheme.utf8) {
      guard Array(bytes.prefix(scheme.utf8.count)).suffix(3).elementsEqual("://".utf8) else { continue }
      let authority = bytes.dropFirst(scheme.utf8.count).prefix { $0 != 0x2f && $0 != 0x3f }
      return !authority.isEmpty && isHost(authority)
    }
    return false
  }

  private static func framing(_ fields: [TextField], isOld: Bool) -> BodyFraming? {
    func values(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name }.map(\.value) }
    guard values("content_length").isEmpty, values("transfer_encoding").isEmpty else { return nil }
    let hosts = values("host")
    guard hosts.count == 1 || (isOld && hosts.isEmpty), hosts.allSatisfy({ isHost($0.utf8) }) else { return nil }
    let lengths = values("content-length")
    let codings = values("transfer-encoding")
    if codings.isEmpty, lengths.isEmpty { return BodyFraming.none }
    if codings.isEmpty {
      guard lengths.count == 1, (1...18).contains(lengths[0].utf8.count),
        lengths[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(lengths[0])
      else { return nil }
      return .length(length)
    }
    guard lengths.isEmpty, !isOld, codings.count == 1, codings[0].utf8.map({ $0 | 0x20 }).elementsEqual("chunked".utf8)
    else { return nil }
    return .chunked
  }

  /// The payload of a whole chunked body at the start of `bytes` and its length, or nil.
  static func chunkedBody(_ bytes: [UInt8]) -> (payload: [UInt8], length: Int)? {
    var payload: [UInt8] = []
    var position = 0
    func line() -> [UInt8]? {
      guard let end = (position..<max(position, bytes.count)).first(where: { bytes[$0...].starts(with: lineEnd) })
      else { return nil }
      defer { position = end + 2 }
      let line = Array(bytes[position..<end])
      return line.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) } ? line : nil
    }
    while true {
      guard let size = line().map({ $0.prefix { $0 != 0x3b } }), (1...15).contains(size.count),
        size.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
        let count = Int(String(decoding: size, as: UTF8.self), radix: 16)
      else { return nil }
      if count == 0 { break }
      guard count <= bytes.count - position - 2 else { return nil }
      payload += bytes[position..<(position + count)]
      position += count
      guard bytes[position...].starts(with: lineEnd) else { return nil }
      position += 2
    }
    while let trailer = line() {
      if trailer.isEmpty { return (payload, position) }
      guard let colon = trailer.firstIndex(of: 0x3a), isToken(Array(trailer[..<colon])) else { return nil }
    }
    return nil
  }
}
