// Requests that must go through, as text; tests bend them.

enum Request {
  static func write(
    _ line: String, database: String = "metrics", login: Login = .writer, fields: String = ""
  ) -> String {
    "POST /write?db=\(database) HTTP/1.1\r\nHost: localhost\r\n\(login.basic)\(fields)"
      + "Content-Length: \(line.utf8.count)\r\n\r\n\(line)"
  }

  /// The same with a chunked body, each piece a chunk.
  static func chunkedWrite(_ chunks: String..., login: Login = .writer, fields: String = "") -> String {
    "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(login.basic)\(fields)Transfer-Encoding: chunked\r\n\r\n"
      + chunks.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
  }

  static func query(
    _ statement: String, database: String? = "metrics", login: Login? = .reader, parameters: String = "",
    fields: String = "", method: String = "GET", version: String = "HTTP/1.1"
  ) -> String {
    let target = "/query?" + (database.map { "db=\($0)&" } ?? "") + "q=\(statement.percentEncoded)\(parameters)"
    return "\(method) \(target) \(version)\r\nHost: localhost\r\n\(login?.basic ?? "")\(fields)\r\n"
  }

  /// A query as a form.
  static func form(
    _ body: String, target: String = "/query", login: Login? = .reader,
    type: String = "application/x-www-form-urlencoded", fields: String = ""
  ) -> String {
    "POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(login?.basic ?? "")Content-Type: \(type)\r\n\(fields)"
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }
}
