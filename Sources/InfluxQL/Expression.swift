// Expressions, as flat rows of terms and operators.

/// One or more terms with operators between them, in the order written.
///
/// The server builds a tree by precedence, but prints it as the same row again, since brackets are terms of their own.
/// A row needs no recursion however long it is, and nothing that gatehouse decides depends on precedence.
public struct Expression: Hashable, Sendable {
  public var first: Term
  public var rest: [Operation]

  /// An operator and the term to its right.
  public struct Operation: Hashable, Sendable {
    public var `operator`: Operator
    public var term: Term
  }

  /// The only term, or nil where there is an operator.
  var only: Term? { rest.isEmpty ? first : nil }
}

/// A binary operator; the raw value is how the server prints it.
public enum Operator: String, Hashable, Sendable {
  case add = "+", subtract = "-", multiply = "*", divide = "/", modulo = "%"
  case bitwiseAnd = "&", bitwiseOr = "|", bitwiseXor = "^"
  case and = "AND", or = "OR", `in` = "IN"
  case equal = "=", notEqual = "!=", matches = "=~", doesNotMatch = "!~"
  case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
}

/// A part of an expression that no operator divides.
public enum Term: Hashable, Sendable {
  /// A field or tag; the dots of a segmented name are part of the name.
  case reference(Name, Cast?)
  case call(Call)
  case distinct(Name)
  case string(Name)
  case number(Double)
  case integer(Int64)
  case unsigned(UInt64)
  case boolean(Bool)
  case duration(TimeSpan)
  case regex(Name)
  case wildcard(Cast?)
  indirect case parenthesized(Expression)
  /// A sign before a reference, a call or brackets, which the server reads as `1 *` or `-1 *`.
  indirect case signed(isNegative: Bool, Term)

  public struct Call: Hashable, Sendable {
    /// In lower case.
    public var name: Name
    public var arguments: [Expression]
  }

  /// What stands behind `::`.
  public enum Cast: String, Hashable, Sendable {
    case float, integer, unsigned, string, boolean, field, tag
  }
}
