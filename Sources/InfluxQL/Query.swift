// A whole query: the statements of one `q` parameter.

public struct Query: Hashable, Sendable {
  /// In order; empty for a text of blanks, comments and semicolons.
  public var statements: [Statement]

  /// Reads a text as a 1.x server does.
  ///
  /// Time and memory grow linearly with the text; brackets, calls and sub-queries nest at most
  /// `Parser.deepestNesting` (100) deep. A NUL anywhere in the text is refused, because servers end their reading there.
  /// - Parameters:
  ///   - text: the bytes of `q`.
  ///   - parameters: the values of `params` by name, without `$`.
  public init(parsing text: [UInt8], parameters: [Name: BoundParameter] = [:]) throws(ParseError) {
    var parser = try Parser(text, parameters: parameters)
    statements = try parser.parseStatements()
  }

  public init(parsing text: String, parameters: [Name: BoundParameter] = [:]) throws(ParseError) {
    try self.init(parsing: Array(text.utf8), parameters: parameters)
  }
}
