// Which tokens are operators, and how tightly they bind.

extension Operator {
  init?(_ kind: TokenKind) {
    switch kind {
    case .add: self = .add
    case .subtract: self = .subtract
    case .multiply: self = .multiply
    case .divide: self = .divide
    case .modulo: self = .modulo
    case .bitwiseAnd: self = .bitwiseAnd
    case .bitwiseOr: self = .bitwiseOr
    case .bitwiseXor: self = .bitwiseXor
    case .and: self = .and
    case .or: self = .or
    case .in: self = .in
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .matches: self = .matches
    case .doesNotMatch: self = .doesNotMatch
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    default: return nil
    }
  }

  /// Has a regular expression to its right.
  var takesRegex: Bool { self == .matches || self == .doesNotMatch }

  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .matches, .doesNotMatch, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 3
    case .add, .subtract, .bitwiseOr, .bitwiseXor: 4
    case .multiply, .divide, .modulo, .bitwiseAnd: 5
    }
  }

  /// Yields a truth value, so that it may not stand in a SELECT clause. The server forgets IN here.
  var isLogical: Bool { precedence <= 3 && self != .in }
}
