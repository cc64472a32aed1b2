// A JSON value as it stood in the text, duplicate members included.

public indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// Its text: no number of this API is used as one.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The elements of an array; none for `null`, as Go reads it and, of an empty slice, writes it.
  public var elements: [JSONValue]? {
    switch self {
    case .array(let elements): elements
    case .null: []
    default: nil
    }
  }

  /// As Go's decoder names it in its messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

public struct JSONMember: Sendable {
  public var name: String
  public var value: JSONValue

  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }

  /// Go matches member names by simple case folding: ASCII letters, and the two other characters that fold to one.
  public func isNamed(_ wanted: String) -> Bool {
    name.unicodeScalars.elementsEqual(wanted.unicodeScalars) { Self.folded($0) == Self.folded($1) }
  }

  private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
    switch scalar.value {
    case 0x41...0x5a: scalar.value + 0x20
    case 0x17f: 0x73
    case 0x212a: 0x6b
    default: scalar.value
    }
  }
}
