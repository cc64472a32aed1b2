// The kinds of token that InfluxQL has, with the words in which the server names them.

enum TokenKind: UInt8, Sendable {
  case illegal, endOfText, whitespace, comment
  case identifier, boundParameter, numberLiteral, integerLiteral, durationLiteral, stringLiteral, regexLiteral
  case badString, badEscape, badRegex
  case `true`, `false`
  case add, subtract, multiply, divide, modulo, bitwiseAnd, bitwiseOr, bitwiseXor
  case and, or, `in`
  case equal, notEqual, matches, doesNotMatch, less, lessOrEqual, greater, greaterOrEqual
  case leftParenthesis, rightParenthesis, comma, colon, doubleColon, semicolon, dot
  // The keywords, from here to the end.
  case all, alter, analyze, any, `as`, asc, begin, by, cardinality, create, continuous, database, databases, `default`
  case delete, desc, destinations, diagnostics, distinct, drop, duration, end, every, exact, explain, field
  case `for`, from, grant, grants, group, groups, inf, insert, into, key, keys, kill, limit, measurement, measurements
  case name, offset, on, order, password, policy, policies, privileges, queries, query, read, replication, resample
  case retention, revoke, select, series, set, show, shard, shards, slimit, soffset, stats, subscription
  case subscriptions, tag, to, user, users, values, `where`, with, write

  /// The words of the server's messages; empty for kinds that always carry a text of their own.
  var spelling: String {
    switch self {
    case .illegal: "ILLEGAL"
    case .endOfText: "EOF"
    case .whitespace: "WS"
    case .comment, .boundParameter, .integerLiteral, .badRegex: ""
    case .identifier: "IDENT"
    case .numberLiteral: "NUMBER"
    case .durationLiteral: "DURATIONVAL"
    case .stringLiteral: "STRING"
    case .badString: "BADSTRING"
    case .badEscape: "BADESCAPE"
    case .regexLiteral: "REGEX"
    case .true: "TRUE"
    case .false: "FALSE"
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .modulo: "%"
    case .bitwiseAnd: "&"
    case .bitwiseOr: "|"
    case .bitwiseXor: "^"
    case .equal: "="
    case .notEqual: "!="
    case .matches: "=~"
    case .doesNotMatch: "!~"
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .leftParenthesis: "("
    case .rightParenthesis: ")"
    case .comma: ","
    case .colon: ":"
    case .doubleColon: "::"
    case .semicolon: ";"
    case .dot: "."
    default: "\(self)".uppercased()
    }
  }
}

extension TokenKind {
  /// AND, OR, IN, the keywords proper, `true` and `false`: every word that a bare identifier cannot be.
  static let words: [(spelling: String, kind: TokenKind)] = {
    let reserved: [TokenKind] = [.and, .or, .in, .true, .false]
    let keywords = (TokenKind.all.rawValue...TokenKind.write.rawValue).compactMap(TokenKind.init)
    return (reserved + keywords).map { ($0.spelling.lowercased(), $0) }
  }()
}
