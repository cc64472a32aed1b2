// One token: what it is and where in the text it and its content stand.

struct Token: Sendable {
  var kind: TokenKind
  /// Offset of its first byte.
  var start: Int
  /// Offsets of its content: without quotation marks, `$` or the slashes of a regular expression.
  var contentStart: Int
  var contentEnd: Int
  /// The content holds escapes that must be resolved.
  var hasEscapes = false
  /// Written between quotation marks, so never a keyword.
  var isQuoted = false
  /// For the end of the text: it was looked at before by a token that ended there. The server's reader counts one
  /// character more then, and its messages say so.
  var isSecondLook = false
  /// Index of the bound parameter that stands in for it, or -1.
  var parameter = -1

  init(_ kind: TokenKind, start: Int, content: Range<Int>) {
    self.kind = kind
    self.start = start
    contentStart = content.lowerBound
    contentEnd = content.upperBound
  }

  init(_ kind: TokenKind, at start: Int) {
    self.kind = kind
    self.start = start
    contentStart = start
    contentEnd = start
  }
}
