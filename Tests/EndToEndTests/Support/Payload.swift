// One request of a table of them, with the name that its test case shows.

import Testing

struct Payload: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }

  var testDescription: String { name }
}

extension Payload {
  /// A write of writer-two whose fields and body are given: `fields` come after the credential.
  static func write(_ name: String, fields: String, body: String = "cpu v=1", version: String = "HTTP/1.1") -> Payload {
    Payload(
      name,
      "POST /write?db=metrics \(version)\r\nHost: localhost\r\n\(Login.writer.basic)\(fields)\r\n\(body)")
  }

  /// A write with a chunked body, framing included.
  static func chunks(_ name: String, _ body: String) -> Payload {
    write(name, fields: "Transfer-Encoding: chunked\r\n", body: body)
  }
}
