// Reading of UTF-8 in the server's way, byte by byte where it is broken.

enum UnicodeReading {
  /// The scalar at `position`, which must be inside `bytes`, and how many bytes it takes.
  ///
  /// A byte that begins no valid sequence (overlong, surrogate, above U+10FFFF, cut short) reads as U+FFFD and takes
  /// one byte, as in Go's decoder; Swift's own decoding would swallow up to three at once.
  static func scalar(in bytes: ArraySlice<UInt8>, at position: Int) -> (scalar: Unicode.Scalar, width: Int) {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let width: Int
    var value: UInt32
    let smallest: UInt32
    switch first {
    case 0xC2...0xDF: (width, value, smallest) = (2, UInt32(first & 0x1F), 0x80)
    case 0xE0...0xEF: (width, value, smallest) = (3, UInt32(first & 0x0F), 0x800)
    case 0xF0...0xF4: (width, value, smallest) = (4, UInt32(first & 0x07), 0x10000)
    default: return (replacement, 1)
    }
    guard bytes.endIndex - position >= width else { return (replacement, 1) }
    for offset in 1..<width {
      let next = bytes[position + offset]
      guard next & 0xC0 == 0x80 else { return (replacement, 1) }
      value = value << 6 | UInt32(next & 0x3F)
    }
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (replacement, 1) }
    return (scalar, width)
  }

  private static let replacement: Unicode.Scalar = "\u{FFFD}"
}
