// A query as it was understood: its parameters read once, its text parsed, ready to be decided on and said again.

import Formats
import HTTP
import JSON
import InfluxQL

struct QueryRequest {
  let query: Query
  /// Of the request; empty for none.
  let database: String
  let policy: String?
  let options: AnswerOptions
  /// Whether it is answered 204 as soon as it has begun.
  let isAsynchronous: Bool

  /// Everything that is looked at: two requests with the same values of these, by the same method and principal, come to
  /// the same.
  static let deciding: [StaticString] = ["db", "rp", "params", "q", "async"] + AnswerOptions.names

  /// - Parameter roundsKeptNumbers: see `Statement.keepingProblem`; asked only where something is kept.
  /// - Throws: what the client is told, in the words of the real servers.
  init(
    _ values: FormValues, dialect: Dialect, roundsKeptNumbers: @autoclosure () -> Bool
  ) throws(Refusal) {
    guard let text = values["q"], !text.isEmpty else {
      throw .malformed("missing required parameter \"q\"")
    }
    options = try AnswerOptions(values)
    isAsynchronous = dialect.takesAsynchronousQueries && values["async"].map { $0.elementsEqual("true".utf8) } ?? false
    database = try Self.text(values["db"], "db") ?? ""
    policy = try Self.text(values["rp"], "rp").flatMap { $0.isEmpty ? nil : $0 }
    let parameters: [Name: BoundParameter]
    do throws(QueryParameters.Problem) { parameters = try QueryParameters.read(values["params"]) } catch {
      throw .malformed("error parsing query parameters: \(error.reason)")
    }
    do throws(ParseError) { query = try Query(parsing: text, parameters: parameters) } catch {
      let failure = dialect.errorShape == .code ? "failed to parse query" : "error parsing query"
      var refusal = Refusal.malformed("\(failure): \(error.description.prefixOfBytes(2_048))")
      // The message quotes the text, which may hold a password; the log gets the place alone.
      refusal.detail =
        "error parsing query at line \(error.position.line), character \(error.position.character)"
      refusal.position = (error.position.line, error.position.character)
      throw refusal
    }
    guard query.statements.contains(where: \.isKept) else { return }
    let roundsNumbers = roundsKeptNumbers()
    for statement in kept({ _ in "autogen" }).statements {
      if let problem = statement.keepingProblem(roundsNumbers: roundsNumbers) {
        throw .malformed("error parsing query: a continuous query that is not kept as it is written: \(problem)")
      }
    }
  }

  /// The query with the database and policy that are meant written where none is named, if that is what the upstream
  /// would keep or look for.
  ///
  /// - Parameter policy: the default one of a database.
  func kept(_ policy: (_ database: String) -> Name?) -> Query {
    query.naming(database: Name(database)) { database in
      self.policy.map { Name($0) } ?? policy(database?.text ?? self.database)
    }
  }

  static func text(_ bytes: [UInt8]?, _ name: StaticString) throws(Refusal) -> String? {
    guard let bytes else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("\(name) is not valid UTF-8")
    }
    return text
  }

  /// The parameters of the forwarded request: one value per name, the text printed from what was parsed, so that the
  /// upstream cannot read anything else in it, and `params` bound.
  ///
  /// - Parameters:
  ///   - text: the query's `forwardingBytes`.
  ///   - pinned: the default policy that the decision went by, where the request named none.
  ///   - isFiltered: whether the answer will be read here, and so must come in one JSON document.
  ///   - isNumbered: whether times must come as nanoseconds where the request says nothing of them.
  func canonical(
    _ text: [UInt8], pinned: String?, isFiltered: Bool, isNumbered: Bool
  ) -> CanonicalParameters {
    var parameters = CanonicalParameters(capacity: database.utf8.count * 3 + text.count * 3 + 64)
    if !database.isEmpty { parameters.append("db", database) }
    if let policy = policy ?? pinned { parameters.append("rp", policy) }
    options.append(to: &parameters, isFiltered: isFiltered)
    if isNumbered, !options.hasEpoch { parameters.append("epoch", "ns") }
    if isAsynchronous { parameters.append("async", "true") }
    parameters.append("q", text)
    return parameters
  }

  /// The one database whose default policy every policy-less reference means, where there is exactly one: then it can
  /// be pinned with `rp`, which a server applies to all of them.
  var databaseOfDefaults: String? {
    var found: String?
    for statement in query.statements {
      guard statement.kind == .select else { return nil }
      for references in [statement.reads, statement.writes] {
        for reference in references where reference.retentionPolicy == nil {
          let named = reference.database?.text ?? database
          if let found, !found.utf8.elementsEqual(named.utf8) { return nil }
          found = named
        }
      }
    }
    return found
  }
}
