// A field's media type and what follows it (RFC 9110 §8.3.1), as the servers read `Content-Type`: cut at the first
// semicolon or blank.

/// Of any bytes; whatever they are, it compares equal to the names of known types alone.
public struct MediaType: Sendable {
  /// In lower case.
  private let name: [UInt8]
  /// What stands behind the name, in lower case and without blanks: `;charset=utf-8`.
  public let parameters: [UInt8]

  public init(_ value: some Collection<UInt8>) {
    let name = value.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    self.name = name.map(\.lowercased)
    parameters = value.dropFirst(name.count).filter { $0 != UInt8(ascii: " ") }.map(\.lowercased)
  }

  /// Whether the field says nothing.
  public var isEmpty: Bool { name.isEmpty }

  /// - Parameter type: in lower case.
  public func names(_ type: String) -> Bool { name.elementsEqual(type.utf8) }
}
