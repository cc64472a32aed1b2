// Writes JSON, compact, into bytes.

import Formats

public struct JSONWriter {
  public private(set) var bytes: [UInt8] = []
  /// Whether something stands before the next member or element at this depth.
  private var needsComma = false

  public init() {}

  public mutating func object(_ body: (inout JSONWriter) -> Void) { enclosed("{", "}", body) }

  public mutating func array(_ body: (inout JSONWriter) -> Void) { enclosed("[", "]", body) }

  public mutating func member(_ name: String, _ value: String) {
    key(name)
    quoted(value)
  }

  /// nil is `null`.
  public mutating func member(_ name: String, _ value: String?) {
    guard let value else {
      key(name)
      bytes += Array("null".utf8)
      return
    }
    member(name, value)
  }

  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bytes += Array((value ? "true" : "false").utf8)
  }

  public mutating func member(_ name: String, _ value: Int) {
    key(name)
    bytes += Array(String(value).utf8)
  }

  public mutating func member(_ name: String, object body: (inout JSONWriter) -> Void) {
    key(name)
    needsComma = false
    object(body)
  }

  public mutating func member(_ name: String, array body: (inout JSONWriter) -> Void) {
    key(name)
    needsComma = false
    array(body)
  }

  /// A value that was read, as it was.
  public mutating func element(_ value: JSONValue) {
    switch value {
    case .null: literal("null")
    case .bool(let value): literal(value ? "true" : "false")
    case .number(let text): literal(text)
    case .string(let text):
      comma()
      quoted(text)
    case .array(let elements):
      array { array in
        for element in elements { array.element(element) }
      }
    case .object(let members):
      object { object in
        for member in members {
          object.key(member.name)
          object.needsComma = false
          object.element(member.value)
        }
      }
    }
  }

  private mutating func literal(_ text: String) {
    comma()
    bytes += Array(text.utf8)
  }

  private mutating func enclosed(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
    comma()
    bytes.append(UInt8(ascii: open))
    needsComma = false
    body(&self)
    bytes.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func key(_ name: String) {
    comma()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = true
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func quoted(_ text: String) { Self.appendQuoted(text, to: &bytes) }

  /// Appends a string with its quotes.
  public static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var isC2 = false
    for byte in text.utf8 {
      if isC2 {
        isC2 = false
        if JSONEscape.isC1(0xc2, byte) {
          appendUnicodeEscape(byte, to: &bytes)
          continue
        }
        bytes.append(0xc2)
      }
      switch JSONEscape(byte) {
      case .none: if byte == 0xc2 { isC2 = true } else { bytes.append(byte) }
      case .short(let letter): bytes += [UInt8(ascii: "\\"), letter]
      case .unicode: appendUnicodeEscape(byte, to: &bytes)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendUnicodeEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes += Array("\\u00".utf8) + [Hexadecimal.digit(of: byte >> 4), Hexadecimal.digit(of: byte)]
  }
}
