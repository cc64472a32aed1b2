// How the answer to a query is to be said: the parameters that change no row of it.

import Formats
import HTTP

/// Each is read as the real servers read it, and said only to an upstream that knows it.
struct AnswerOptions {
  private var epoch: StaticString?
  private var isChunked = false
  /// Rows; nil for the upstream's own number.
  private var chunkSize: Int64?
  private var isPretty = false

  static let names: [StaticString] = ["epoch", "chunked", "chunk_size", "pretty"]

  init(_ values: FormValues) throws(Refusal) {
    if let text = values["epoch"], !text.isEmpty {
      guard let precision = TimePrecision(text) else {
        let shown = String(decoding: text.prefix(32), as: UTF8.self)
        throw .malformed("invalid epoch \"\(shown)\" (use ns, u, ms, s, m or h)")
      }
      epoch = precision.epochSpelling
    }
    isChunked = values["chunked"]?.elementsEqual("true".utf8) ?? false
    // What is no number of rows the servers ignore.
    if let text = values["chunk_size"], let rows = Int64(String(decoding: text, as: UTF8.self)), rows > 0 {
      chunkSize = rows
    }
    isPretty = values["pretty"]?.elementsEqual("true".utf8) ?? false
  }

  /// Whether the request says in which form times are wanted.
  var hasEpoch: Bool { epoch != nil }

  /// - Parameter isFiltered: whether the answer will be read here, and so must come in one JSON document.
  func append(to parameters: inout CanonicalParameters, isFiltered: Bool) {
    if let epoch { parameters.append("epoch", epoch.description) }
    guard isChunked, !isFiltered else { return }
    parameters.append("chunked", "true")
    if let chunkSize { parameters.append("chunk_size", String(chunkSize)) }
  }

  /// What a server reads in the URL alone, whatever the method: 1.x indents then, 2.x does not know it.
  func urlParameters(_ dialect: Dialect) -> CanonicalParameters {
    var parameters = CanonicalParameters()
    if isPretty, dialect.indentsAnswers { parameters.append("pretty", "true") }
    return parameters
  }
}
