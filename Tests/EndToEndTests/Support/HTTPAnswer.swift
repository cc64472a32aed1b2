// One response as a client of the suite read it.

import Foundation

struct HTTPAnswer: Sendable {
  var status: Int
  var reason: String
  /// Name and value of each field, in order, as they came.
  var fields: [(name: String, value: String)]
  var body: [UInt8] = []
  /// Statuses of the 1xx answers before it.
  var interim: [Int] = []

  subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The member `error` of a JSON body.
  var error: String? {
    ((try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any])?["error"] as? String
  }

  /// Reads the lines of a head, without the blank one at its end.
  init?(head: String) {
    var lines = head.components(separatedBy: "\r\n")
    guard let first = lines.first else { return nil }
    lines.removeFirst()
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
    self.status = status
    reason = words.count > 2 ? String(words[2]) : ""
    fields = lines.filter { !$0.isEmpty }.map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
  }
}
