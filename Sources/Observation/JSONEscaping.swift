// The slow path of JSON texts: escapes, and UTF-8 that has to be checked.

extension [UInt8] {
  /// Appends `value` as the inside of a JSON string.
  mutating func appendEscaped(_ value: UnsafeBufferPointer<UInt8>) {
    var rest = value[...]
    while let byte = rest.first {
      if byte < 0x80 {
        appendEscaped(ascii: byte)
        rest.removeFirst()
        continue
      }
      let length = wellFormedLength(rest)
      if length == 0 {
        append(contentsOf: "\u{fffd}".utf8)
        rest.removeFirst()
      } else if length == 2 && byte == 0xc2 && rest[rest.startIndex + 1] < 0xa0 {
        // C1 controls: some terminals obey them as they do escape sequences.
        appendUnicodeEscape(rest[rest.startIndex + 1])
        rest.removeFirst(2)
      } else {
        append(contentsOf: rest.prefix(length))
        rest.removeFirst(length)
      }
    }
  }

  private mutating func appendEscaped(ascii byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"))
      append(byte)
    case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
    case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
    case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
    case 0..<0x20, 0x7f: appendUnicodeEscape(byte)
    default: append(byte)
    }
  }

  private mutating func appendUnicodeEscape(_ byte: UInt8) {
    append(contentsOf: "\\u00".utf8)
    append(hexadecimalDigit(byte >> 4))
    append(hexadecimalDigit(byte & 15))
  }

  mutating func appendDecimal(_ value: UInt) {
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var index = 20
    var rest = value
    repeat {
      index -= 1
      digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    } while rest > 0
    for position in index..<20 { append(digits[position]) }
  }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// Bytes of the well-formed sequence (RFC 3629 §4) that `bytes` begins with; 0 where it begins with none.
private func wellFormedLength(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
  let start = bytes.startIndex
  guard let first = bytes.first else { return 0 }
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xbf
  switch first {
  case 0..<0x80: return 1
  case 0xc2...0xdf: length = 2
  case 0xe0: (length, second) = (3, 0xa0...0xbf)
  case 0xed: (length, second) = (3, 0x80...0x9f)
  case 0xe1...0xef: length = 3
  case 0xf0: (length, second) = (4, 0x90...0xbf)
  case 0xf4: (length, second) = (4, 0x80...0x8f)
  case 0xf1...0xf3: length = 4
  default: return 0
  }
  guard bytes.count >= length, second.contains(bytes[start + 1]) else { return 0 }
  return bytes[(start + 2)..<(start + length)].allSatisfy { 0x80...0xbf ~= $0 } ? length : 0
}
