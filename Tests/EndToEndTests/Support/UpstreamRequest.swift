// One request as the scripted upstream read it off its connection.

import Foundation

struct UpstreamRequest: Sendable {
  /// Request line and fields as they came, with the blank line.
  var head: String
  var method: String
  var target: String
  var version: String
  var fields: [(name: String, value: String)]
  /// The body without its chunked framing.
  var body: [UInt8] = []
  /// Which connection of the upstream it came over, counted from 0.
  var connection = 0

  init(head: String) throws {
    let lines = head.components(separatedBy: "\r\n")
    let words = lines[0].components(separatedBy: " ")
    guard words.count == 3 else { throw HarnessFailure("the upstream got the request line \(lines[0])") }
    (method, target, version) = (words[0], words[1], words[2])
    self.head = head
    fields = try lines.dropFirst().filter { !$0.isEmpty }.map { line in
      guard let colon = line.firstIndex(of: ":") else { throw HarnessFailure("the upstream got the field \(line)") }
      return (
        String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      )
    }
  }

  func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

  subscript(name: String) -> String? { all(name).first }

  var path: String { String(target.prefix { $0 != "?" }) }

  /// Decoded parameters of the query string, in order.
  var parameters: [(name: String, value: String)] {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    return UpstreamRequest.decode(String(target[target.index(after: mark)...]))
  }

  /// Decoded parameters of the query string and of a form body.
  var everyParameter: [(name: String, value: String)] {
    let isForm = self["Content-Type"]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
    return parameters + (isForm ? UpstreamRequest.decode(String(decoding: body, as: UTF8.self)) : [])
  }

  func parameter(_ name: String) -> [String] { everyParameter.filter { $0.name == name }.map(\.value) }

  var text: String { String(decoding: body, as: UTF8.self) }

  private static func decode(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        $0.replacing("+", with: " ").removingPercentEncoding ?? String($0)
      }
      return (parts[0], parts.count > 1 ? parts[1] : "")
    }
  }
}
