// A name or literal text of InfluxQL: compared by its bytes, as the server does, not by Unicode equivalence.

/// Text that a query names something with: a database, a measurement, a field, the content of a string.
///
/// Two names are equal when their UTF-8 bytes are. Swift's `String` would also call `é` and `e` + U+0301 equal, which
/// are two different databases to InfluxDB.
public struct Name: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: StringLiteralType) { text = value }

  /// Reads bytes as the server's reader does: each byte that is not part of valid UTF-8 becomes one U+FFFD.
  init(repairing bytes: ArraySlice<UInt8>) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      text = String(decoding: bytes, as: UTF8.self)
    } else {
      var text = ""
      var position = bytes.startIndex
      while position < bytes.endIndex {
        let (scalar, width) = UnicodeReading.scalar(in: bytes, at: position)
        text.unicodeScalars.append(scalar)
        position += width
      }
      self.text = text
    }
  }

  public var isEmpty: Bool { text.isEmpty }
  public var description: String { text }

  public static func == (left: Name, right: Name) -> Bool {
    left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }

  /// In lower case, as Unicode has it.
  var lowercased: Name {
    let isLowercase = text.utf8.allSatisfy { $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    return isLowercase ? self : Name(text.lowercased())
  }

  /// The name, or nil where it is empty: an empty database or policy means the default one, spelled `""` or not.
  var nonEmpty: Name? { isEmpty ? nil : self }
}
