// The slow path of JSON texts: escapes, and UTF-8 that has to be checked.

import Formats

extension ByteCursor {
  /// Writes `value` as the inside of a JSON string: at most six bytes for each of its own.
  mutating func writeEscaped(_ value: UnsafeBufferPointer<UInt8>) {
    var rest = value[...]
    while let byte = rest.first {
      if byte < 0x80 {
        writeEscaped(ascii: byte)
        rest.removeFirst()
        continue
      }
      let length = wellFormedLength(rest)
      if length == 0 {
        write("\u{fffd}")
        rest.removeFirst()
      } else if length == 2, JSONEscape.isC1(byte, rest[rest.startIndex + 1]) {
        writeUnicodeEscape(rest[rest.startIndex + 1])
        rest.removeFirst(2)
      } else {
        write(UnsafeBufferPointer(rebasing: rest.prefix(length)))
        rest.removeFirst(length)
      }
    }
  }

  private mutating func writeEscaped(ascii byte: UInt8) {
    switch JSONEscape(byte) {
    case .none: write(byte)
    case .short(let letter):
      write(UInt8(ascii: "\\"))
      write(letter)
    case .unicode: writeUnicodeEscape(byte)
    }
  }

  private mutating func writeUnicodeEscape(_ byte: UInt8) {
    write("\\u00")
    write(Hexadecimal.digit(of: byte >> 4))
    write(Hexadecimal.digit(of: byte))
  }
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
