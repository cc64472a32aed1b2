// One token: what it is and where in the text it and its content stand.

/// Kept small, for a parser copies it about: offsets are 32 bits, which the parser's limit on a text's length allows.
struct Token: Sendable {
  var kind: TokenKind
  /// The content holds escapes that must be resolved.
  var hasEscapes = false
  /// Written between quotation marks, so never a keyword.
  var isQuoted = false
  /// For the end of the text: it was looked at before by a token that ended there. The server's reader counts one
  /// character more then, and its messages say so.
  var isSecondLook = false
  private let firstByte: Int32
  private let contentLower: Int32
  private let contentUpper: Int32
  private var parameterIndex: Int32 = -1

  init(_ kind: TokenKind, start: Int, content: Range<Int>) {
    self.kind = kind
    firstByte = Int32(truncatingIfNeeded: start)
    contentLower = Int32(truncatingIfNeeded: content.lowerBound)
    contentUpper = Int32(truncatingIfNeeded: content.upperBound)
  }

  init(_ kind: TokenKind, at start: Int) { self.init(kind, start: start, content: start..<start) }

  /// Offset of its first byte.
  var start: Int { Int(firstByte) }
  /// Offsets of its content: without quotation marks, `$` or the slashes of a regular expression.
  var contentStart: Int { Int(contentLower) }
  var contentEnd: Int { Int(contentUpper) }

  /// Index of the bound parameter that stands in for it, or -1.
  var parameter: Int {
    get { Int(parameterIndex) }
    set { parameterIndex = Int32(truncatingIfNeeded: newValue) }
  }
}
