// A TOML value with the place where it stands.

/// A place in a file, both counted from 1, the column in code points.
struct Position: Sendable, Equatable {
  var line: Int
  var column: Int
}

/// A value and where it was written.
struct Located<Value> {
  var value: Value
  var position: Position
}

extension Located: Sendable where Value: Sendable {}

/// A value of the document.
struct TOMLNode {
  enum Value {
    case table([TOMLMember])
    case array([TOMLNode])
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case dateOrTime
  }

  var value: Value
  var position: Position

  /// What the value is called in a message.
  var kind: String {
    switch value {
    case .table: "a table"
    case .array: "an array"
    case .string: "a string"
    case .integer: "an integer"
    case .float: "a float"
    case .boolean: "a boolean"
    case .dateOrTime: "a date or time"
    }
  }
}

/// A key of a table with its value.
struct TOMLMember {
  var key: String
  var position: Position
  var node: TOMLNode
}
