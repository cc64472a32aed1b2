// Reads one JSON value from the start of a body as Go's encoding/json does, in its words where it cannot.

import Formats

/// Text after the value is ignored, as the real server ignores it. Invalid UTF-8 and lone surrogates become U+FFFD.
public struct JSONReader {
  public struct Problem: Error, Equatable {
    public let message: String

    public static let endOfBody = Problem(message: "EOF")
    public static let unexpectedEnd = Problem(message: "unexpected EOF")
    public static let tooDeep = Problem(message: "exceeded max depth")
  }

  /// Requests nest four deep; recursion ends here.
  public static let maximumDepth = 64

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  public static func value(in bytes: [UInt8]) throws(Problem) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    reader.skipBlanks()
    guard reader.position < bytes.count else { throw .endOfBody }
    return try reader.value()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func peek() throws(Problem) -> UInt8 {
    guard position < bytes.count else { throw .unexpectedEnd }
    return bytes[position]
  }

  private mutating func take() throws(Problem) -> UInt8 {
    let byte = try peek()
    position += 1
    return byte
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  private mutating func value() throws(Problem) -> JSONValue {
    skipBlanks()
    switch try peek() {
    case UInt8(ascii: "{"): return try nested { (reader) throws(Problem) in try reader.object() }
    case UInt8(ascii: "["): return try nested { (reader) throws(Problem) in try reader.array() }
    case UInt8(ascii: "\""):
      position += 1
      return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case let byte: throw unexpected(byte, "looking for beginning of value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(Problem) -> JSONValue
  ) throws(Problem) -> JSONValue {
    guard depth < Self.maximumDepth else { throw .tooDeep }
    depth += 1
    position += 1
    skipBlanks()
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(Problem) -> JSONValue {
    var members: [JSONMember] = []
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipBlanks()
      let quote = try take()
      guard quote == UInt8(ascii: "\"") else {
        throw unexpected(quote, "looking for beginning of object key string")
      }
      let name = try string()
      skipBlanks()
      let colon = try take()
      guard colon == UInt8(ascii: ":") else { throw unexpected(colon, "after object key") }
      members.append(JSONMember(name: name, value: try value()))
      skipBlanks()
      switch try take() {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "}"): return .object(members)
      case let byte: throw unexpected(byte, "after object key:value pair")
      }
    }
  }

  private mutating func array() throws(Problem) -> JSONValue {
    var elements: [JSONValue] = []
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      elements.append(try value())
      skipBlanks()
      switch try take() {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "]"): return .array(elements)
      case let byte: throw unexpected(byte, "after array element")
      }
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(Problem) -> JSONValue {
    let wanted = text.withUTF8Buffer { Array($0) }
    position += 1
    for expected in wanted.dropFirst() {
      let byte = try take()
      guard byte == expected else {
        throw unexpected(byte, "in literal \(text) (expecting '\(Character(Unicode.Scalar(expected)))')")
      }
    }
    return value
  }

  private mutating func number() throws(Problem) -> JSONValue {
    let start = position
    if try peek() == UInt8(ascii: "-") { position += 1 }
    if try peek() == UInt8(ascii: "0") { position += 1 } else { try digits("in numeric literal") }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits("after decimal point in numeric literal")
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      let sign = try peek()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try digits("in exponent of numeric literal")
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits(_ place: String) throws(Problem) {
    let first = try take()
    guard isDigit(first) else { throw unexpected(first, place) }
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

// Strings, from after the opening quote.
extension JSONReader {
  private mutating func string() throws(Problem) -> String {
    // Nearly every string holds no escape and goes over in one piece.
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
      bytes[position] >= 0x20
    {
      position += 1
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      position += 1
      return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
    }
    var text = Array(bytes[start..<position])
    while true {
      let byte = try take()
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw unexpected(byte, "in string literal")
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    let byte = try take()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += Array(String(try escapedScalar()).utf8)
    default: throw unexpected(byte, "in string escape code")
    }
  }

  private mutating func escapedScalar() throws(Problem) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A surrogate: a pair counts together, a lone one becomes U+FFFD and what follows it is read by itself.
    guard unit < 0xdc00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return "\u{fffd}" }
    let back = position
    position += 2
    let low = try hexadecimal()
    guard (0xdc00...0xdfff).contains(low) else {
      position = back
      return "\u{fffd}"
    }
    return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
  }

  private mutating func hexadecimal() throws(Problem) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try take()
      guard let digit = Hexadecimal.value(of: byte) else {
        throw unexpected(byte, "in \\u hexadecimal character escape")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private func unexpected(_ byte: UInt8, _ place: String) -> Problem {
    Problem(message: "invalid character \(Self.quoted(byte)) \(place)")
  }

  /// As Go prints a byte, read as Latin-1.
  private static func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): "'\\''"
    case UInt8(ascii: "\\"): "'\\\\'"
    case 0x07: "'\\a'"
    case 0x08: "'\\b'"
    case 0x09: "'\\t'"
    case 0x0a: "'\\n'"
    case 0x0b: "'\\v'"
    case 0x0c: "'\\f'"
    case 0x0d: "'\\r'"
    case 0..<0x20, 0x7f: "'\\x\(Hexadecimal.text(of: [byte]))'"
    case 0x80...0xa0, 0xad: "'\\u00\(Hexadecimal.text(of: [byte]))'"
    default: "'\(Character(Unicode.Scalar(byte)))'"
    }
  }
}
