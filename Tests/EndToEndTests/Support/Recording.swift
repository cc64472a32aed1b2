// Steps as a real server answered them, and an upstream that answers by them.

import Foundation

struct Recording: Sendable {
  struct Step: Sendable {
    var name: String
    var method: String
    var path: String
    var status: Int
    var contentType: String
    var errorCode: String?
    var body: String
    /// Of a query's first statement: the values of the first series, each row as text.
    var rows: [String]?
  }

  let steps: [Step]

  /// Reads `Tests/Fixtures/conformance/<name>`.
  init(_ name: String) throws {
    let text = try String(contentsOfFile: Paths.fixture("conformance/\(name)"), encoding: .utf8)
    steps = try text.split(separator: "\n").map { line in
      guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw HarnessFailure("not a step: \(line.prefix(200))")
      }
      return Step(object)
    }
  }

  /// The step that a forwarded request belongs to, by the number that its client gave it.
  func step(of request: UpstreamRequest) -> Step? {
    guard let text = request["X-Request-Id"], text.hasPrefix("step-"), let number = Int(text.dropFirst(5)),
      steps.indices.contains(number)
    else { return nil }
    return steps[number]
  }

  /// Answers as the recorded server did. Whom that server refused, it would not have refused with the gateway's own
  /// credential: then it is the answer to the step `instead`.
  func answer(_ connection: UpstreamConnection, instead: String = "") throws {
    let request = try connection.readRequest()
    var step = step(of: request)
    let isData = ["/write", "/query", "/api/v2/write"].contains(request.path)
    if let recorded = step, isData, (401...405).contains(recorded.status) {
      step = request.path.hasSuffix("/write") ? nil : steps.first { $0.name == instead }
    }
    guard let step else { return connection.answer("204 No Content") }
    connection.answer(
      "\(step.status) Recorded", step.body,
      fields: (step.contentType.isEmpty ? "" : "Content-Type: \(step.contentType)\r\n")
        + (step.errorCode.map { "X-Platform-Error-Code: \($0)\r\n" } ?? ""))
  }
}

extension Recording.Step {
  fileprivate init(_ object: [String: Any]) {
    name = object["name"] as? String ?? ""
    method = object["method"] as? String ?? ""
    path = object["path"] as? String ?? ""
    status = object["status"] as? Int ?? 0
    let fields = object["headers"] as? [String: String]
    contentType = fields?["content-type"] ?? ""
    errorCode = fields?["x-platform-error-code"]
    // Of a client's exchange, `body` is what it sent; msgpack did not survive the recording.
    let answer = object["answer"] as? String
    let value =
      answer.map { $0.contains("\u{fffd}") ? "{\"results\":[{\"statement_id\":0}]}" : $0 } ?? object["body"] ?? NSNull()
    body =
      (value as? String)
      ?? (value is NSNull
        ? "" : (try? JSONSerialization.data(withJSONObject: value)).map { String(decoding: $0, as: UTF8.self) } ?? "")
    let results = (value as? [String: Any])?["results"] as? [[String: Any]]
    let series = results?.first?["series"] as? [[String: Any]]
    rows = (series?.first?["values"] as? [[Any]])?.map { row in row.map { "\($0)" }.joined(separator: " ") }
  }
}
