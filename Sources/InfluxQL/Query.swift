// A whole query: the statements of one `q` parameter.

public struct Query: Hashable, Sendable {
  /// In order; empty for a text of blanks, comments and semicolons.
  public var statements: [Statement]
  /// Whether there were values to bind. They can hold what no text can, so what is printed of them is read once more.
  let hasParameters: Bool

  /// Reads a text as a 1.x server does.
  ///
  /// Time and memory grow linearly with the text; brackets, calls and sub-queries nest at most
  /// `TokenReader.deepestNesting` (100) deep, and there are at most `TokenReader.mostTokens` (100,000) words, marks and blanks: a
  /// text of a few bytes each would take an event loop for the time of thousands of dashboards. A NUL anywhere in the text is refused, because servers end their reading there.
  /// - Parameters:
  ///   - text: the bytes of `q`.
  ///   - parameters: the values of `params` by name, without `$`.
  public init(parsing text: [UInt8], parameters: [Name: BoundParameter] = [:]) throws(ParseError) {
    hasParameters = !parameters.isEmpty
    var tokens = try TokenReader(text, parameters: parameters)
    do throws(ParseError) { statements = try StatementParser.parseStatements(&tokens) } catch {
      throw tokens.excess ?? error
    }
    // What is left of the text was not looked at.
    if let excess = tokens.excess { throw excess }
  }

  public init(parsing text: String, parameters: [Name: BoundParameter] = [:]) throws(ParseError) {
    try self.init(parsing: Array(text.utf8), parameters: parameters)
  }
}

extension Query {
  public static func == (one: Query, other: Query) -> Bool { one.statements == other.statements }

  public func hash(into hasher: inout Hasher) { hasher.combine(statements) }
}
