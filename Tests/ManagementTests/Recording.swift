// Steps that were played against a real server, and what it answered, read from the fixtures.

import Foundation

struct Step {
  let name: String
  let method: String
  let path: String
  let headers: [String: String]
  let body: [UInt8]
  /// Variables to take from the answer: name → path of members.
  let captures: [String: String]
}

struct Answer {
  var status: Int
  /// By lower-case name.
  var headers: [String: String]
  /// nil for an empty body.
  var body: Any?
}

enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/conformance")

  static func json(_ name: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func recorded(_ name: String) throws -> [String: Answer] {
    let text = try String(contentsOf: folder.appendingPathComponent("recorded/\(name)"), encoding: .utf8)
    var answers: [String: Answer] = [:]
    for line in text.split(separator: "\n") {
      guard let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let name = entry["name"] as? String, let status = entry["status"] as? Int
      else { continue }
      answers[name] = Answer(
        status: status, headers: entry["headers"] as? [String: String] ?? [:],
        body: entry["body"] is NSNull ? nil : entry["body"])
    }
    return answers
  }

  static func steps(_ name: String) throws -> [Step] {
    let entries = try json(name) as? [[String: Any]] ?? []
    return try entries.map(Step.init)
  }
}

extension Step {
  /// Values that are captured along the way are filled in when the step is played.
  init(_ entry: [String: Any]) throws {
    name = entry["name"] as? String ?? ""
    method = entry["method"] as? String ?? ""
    path = entry["path"] as? String ?? ""
    headers = entry["headers"] as? [String: String] ?? [:]
    captures = entry["capture"] as? [String: String] ?? [:]
    if let value = entry["json"] {
      body = Array(try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]))
    } else if let text = entry["base64"] as? String {
      body = Array(Data(base64Encoded: text) ?? Data())
    } else {
      body = Array((entry["body"] as? String ?? "").utf8)
    }
  }
}

/// The values of `{name}` in steps, and the way back: what stands in an answer becomes `{name}` again.
struct Variables {
  var values: [String: String]

  func filled(_ text: String) -> String {
    values.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
  }

  func normal(_ value: Any) -> Any {
    if let object = value as? [String: Any] { return object.mapValues(normal) }
    if let array = value as? [Any] { return array.map(normal) }
    guard let text = value as? String else { return value }
    return normal(text: text)
  }

  private func normal(text: String) -> String {
    var text = text
    for (name, value) in values.sorted(by: { ($0.value.count, $1.key) > ($1.value.count, $0.key) }) {
      if text == value { return "{\(name)}" }
      if value.count >= 8 { text = text.replacingOccurrences(of: value, with: "{\(name)}") }
    }
    let time = #"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"#
    text = text.replacingOccurrences(of: time, with: "<time>", options: .regularExpression)
    return text.replacingOccurrences(of: #"\b[0-9a-f]{16}\b"#, with: "<id>", options: .regularExpression)
  }
}

/// JSON as text with its members in order, to compare and to print.
func canonical(_ value: Any?) -> String {
  guard let value,
    let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
  else { return "null" }
  return String(decoding: data, as: UTF8.self)
}
