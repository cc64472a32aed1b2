// The values that `$name` in a query can stand for.

/// A value bound to a parameter, already typed: the parser puts it where `$name` stands as if it were written there,
/// so that an identifier can name a database or a function, and a string never can.
public enum BoundParameter: Hashable, Sendable {
  case identifier(Name)
  case string(Name)
  /// A regular expression, without slashes around it.
  case regex(Name)
  case number(Double)
  case integer(Int64)
  case boolean(Bool)
  /// A duration as it would be written, `10m`; it may begin with `-`.
  case duration(Name)
  /// A value that cannot be bound, with the server's words for it: an error only if the query uses the parameter.
  case invalid(String)

  /// A number of JSON text as the server types it: with a dot a number, else an integer, `1e3` therefore invalid.
  public static func jsonNumber(_ text: String) -> BoundParameter {
    if text.utf8.contains(Byte.dot) {
      guard let value = Double(text), value.isFinite else {
        return .invalid("strconv.ParseFloat: parsing \"\(text)\": value out of range")
      }
      return .number(value)
    }
    guard let value = Int64(text) else {
      let isRange = text.utf8.allSatisfy { Byte.isDigit($0) || $0 == Byte.minus }
      return .invalid("strconv.ParseInt: parsing \"\(text)\": \(isRange ? "value out of range" : "invalid syntax")")
    }
    return .integer(value)
  }

  /// An object-valued parameter, `{"identifier": "cpu"}`: exactly one member, which names the type.
  /// - Parameter members: the members in any order, each value as it would be bound alone; nil for `null`, arrays
  ///   and objects.
  public static func object(_ members: [(name: String, value: BoundParameter?)]) -> BoundParameter {
    guard members.count == 1, let (name, value) = members.first else {
      return .invalid("bound object parameter value must have exactly one entry")
    }
    if case .invalid(let message) = value { return .invalid(message) }
    switch (name, value) {
    case ("ident", .string(let text)), ("identifier", .string(let text)): return .identifier(text)
    case ("ident", _), ("identifier", _): return .invalid("identifier must be a string value")
    case ("regex", .string(let text)): return .regex(text)
    case ("regex", _): return .invalid("regex literal must be a string value")
    case ("string", .string(let text)): return .string(text)
    case ("string", _): return .invalid("string literal must be a string value")
    case ("float", .number(let value)), ("number", .number(let value)): return .number(value)
    case ("float", .integer(let value)), ("number", .integer(let value)): return .number(Double(value))
    case ("float", _), ("number", _): return .invalid("number literal must be a float value")
    case ("int", .integer(let value)), ("integer", .integer(let value)): return .integer(value)
    case ("int", _), ("integer", _): return .invalid("integer literal must be an integer value")
    case ("duration", .string(let text)): return .duration(text)
    case ("duration", .integer(let value)): return .duration(Name(TimeSpan(nanoseconds: value).description))
    case ("duration", _): return .invalid("duration literal must be a string or integer value")
    default: return .invalid("unknown bind object type: \(name)")
    }
  }

  /// The kind of token that it stands in for.
  var tokenKind: TokenKind {
    switch self {
    case .identifier: .identifier
    case .string: .stringLiteral
    case .regex: .regexLiteral
    case .number: .numberLiteral
    case .integer: .integerLiteral
    case .boolean(let value): value ? .true : .false
    case .duration: .durationLiteral
    case .invalid: .boundParameter
    }
  }

  /// The text of that token.
  var content: Name {
    switch self {
    case .identifier(let text), .string(let text), .duration(let text): text
    case .regex(let pattern): Self.onOneLine(pattern)
    case .number(let value): Name(DecimalFormat.shortest(value))
    case .integer(let value): Name(String(value))
    case .boolean: ""
    case .invalid(let message): Name(message)
    }
  }

  /// A pattern in which what no text may hold between slashes is said as the pattern's language says it.
  private static func onOneLine(_ pattern: Name) -> Name {
    guard pattern.text.utf8.contains(where: { $0 == Byte.lineFeed || $0 == Byte.carriageReturn || $0 == 0 }) else {
      return pattern
    }
    var bytes: [UInt8] = []
    for byte in pattern.text.utf8 {
      switch byte {
      case Byte.lineFeed: bytes += #"\n"#.utf8
      case Byte.carriageReturn: bytes += #"\r"#.utf8
      case 0: bytes += #"\x00"#.utf8
      default: bytes.append(byte)
      }
    }
    return Name(String(decoding: bytes, as: UTF8.self))
  }
}
