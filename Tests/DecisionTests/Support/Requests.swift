// Request heads as clients write them.

import Decision
import Formats
import HTTP

/// A head without body. `login` sends `Token name:pw`.
func head(_ line: String, login: String? = nil, _ fields: String..., body: String? = nil) -> String {
  var lines = ["\(line) HTTP/1.1", "Host: gate.example"]
  if let login { lines.append("Authorization: Token \(login):pw") }
  lines += fields
  if let body { lines.append("Content-Length: \(body.utf8.count)") }
  return lines.joined(separator: "\r\n") + "\r\n\r\n"
}

extension Gate {
  /// A write of one point.
  func write(_ target: String, login: String? = "writer", method: String = "POST", _ fields: String...) -> Decision {
    let body = "cpu v=1"
    var lines = head("\(method) \(target)", login: login, body: body)
    lines.removeLast()  // The empty line is one character of Swift's.
    return judge(lines + fields.map { $0 + "\r\n" }.joined() + "\r\n", body: body)
  }

  func get(_ target: String, login: String? = "reader") -> Decision { judge(head("GET \(target)", login: login)) }

  /// A query in a form.
  func post(
    _ target: String, form: String, login: String? = "reader",
    type: String? = "application/x-www-form-urlencoded"
  ) -> Decision {
    let type = type.map { ["Content-Type: \($0)\r\n"] } ?? []
    var lines = head("POST \(target)", login: login, body: form)
    lines.removeLast()  // The empty line is one character of Swift's.
    return judge(lines + type.joined() + "\r\n", body: form)
  }
}

extension String {
  /// As the value of a parameter.
  var percentEncoded: String {
    var bytes: [UInt8] = []
    PercentCoding.append(self, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
