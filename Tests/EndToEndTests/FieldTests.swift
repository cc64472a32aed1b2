// Fields whose bytes another server might read as something else are refused (B1, rows 6, 7 and 14).

import Testing

@Suite struct FieldTests {
  private static let rest = "Content-Length: 7\r\n"

  /// A write with these bytes between two good fields.
  private static func payload(_ name: String, _ line: [UInt8]) -> Payload {
    let start = "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"
    return Payload(name, Array(start.utf8) + line + Array("\r\n\(rest)\r\ncpu v=1".utf8))
  }

  @Test(arguments: Array(0...31) + [127])
  func refusesControlCharacterInFieldName(byte: UInt8) throws {
    try FramingTests.expectRefusal(Self.payload("\(byte)", Array("X-a".utf8) + [byte] + Array("b: 1".utf8)))
  }

  @Test(arguments: (Array(0...31) + [127]).filter { $0 != 9 })
  func refusesControlCharacterInFieldValue(byte: UInt8) throws {
    try FramingTests.expectRefusal(Self.payload("\(byte)", Array("X-A: 1".utf8) + [byte] + Array("2".utf8)))
  }

  @Test(arguments: [
    payload("folded with a blank", Array("X-A: 1\r\n folded".utf8)),
    payload("folded with a tab", Array("X-A: 1\r\n\tfolded".utf8)),
    payload("folded blank line", Array("X-A: 1\r\n ".utf8)),
    payload("no colon", Array("X-A".utf8)),
    payload("blank before the colon", Array("X-A : 1".utf8)),
    payload("tab before the colon", Array("X-A\t: 1".utf8)),
    payload("blank before the name", Array(" X-A: 1".utf8)),
    payload("bare LF ends a line", Array("X-A: 1\nX-B: 2".utf8)),
    payload("bare CR ends a line", Array("X-A: 1\rX-B: 2".utf8)),
    payload("CR CR LF", Array("X-A: 1\r".utf8)),
    payload("LF LF ends the head", Array("X-A: 1\n\nGET / HTTP/1.1".utf8)),
    payload("empty name", Array(": x".utf8)),
    payload("colon alone", Array(":".utf8)),
    payload("0x85 in Content-Length", Array("Content-Length".utf8) + [0x85] + Array(": 5".utf8)),
    payload("0xa0 in Transfer-Encoding", Array("Transfer-Encoding".utf8) + [0xa0] + Array(": chunked".utf8)),
    payload("umlaut in a name", Array("X-Ü: 1".utf8)),
    payload("parenthesis in a name", Array("X(a): 1".utf8)),
    payload("slash in a name", Array("X/a: 1".utf8)),
    payload("quotation mark in a name", Array("\"X\": 1".utf8)),
  ])
  func refusesMalformedField(payload: Payload) throws { try FramingTests.expectRefusal(payload) }

  @Test func acceptsTabAndObsoleteTextInValue() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(Self.payload("", Array("X-A: a\tb".utf8) + [0xe4]).bytes)
      #expect(try client.readAnswer().status == 204)
    }
  }

  @Test(arguments: ["Content_Length: 5", "Transfer_Encoding: chunked", "X_Forwarded_For: 6.6.6.6", "Authorization_: x"])
  func neverForwardsUnderscoreName(field: String) throws {
    try Scene.play { scene in
      let client = try scene.connect()
      client.send(Self.payload("", Array(field.utf8)).bytes)
      let answer = try client.readAnswer()
      #expect(answer.status == 204 || answer.status == 400)
      try scene.writeMarker()
      #expect(!scene.upstream.text.lowercased().contains(field.prefix { $0 != ":" }.lowercased()))
      #expect(scene.upstream.requests.count == (answer.status == 204 ? 2 : 1))
    }
  }

  @Test(arguments: [
    Payload("bare LF after the request line", "GET /ping HTTP/1.1\nHost: localhost\r\n\r\n"),
    Payload("two blanks", "GET  /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("tab", "GET\t/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("blank at the end", "GET /ping HTTP/1.1 \r\nHost: localhost\r\n\r\n"),
    Payload("no version", "GET /ping\r\nHost: localhost\r\n\r\n"),
    Payload("blank in the target", "GET /query?q=SELECT v HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("NUL in the target", "GET /ping\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("odd method", "G(T /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("version 1.2a", "GET /ping HTTP/1.2a\r\nHost: localhost\r\n\r\n"),
    Payload("version 2.0", "GET /ping HTTP/2.0\r\nHost: localhost\r\n\r\n"),
    Payload("lower-case version", "GET /ping http/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Payload("asterisk", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("no slash", "GET ping HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n"),
  ])
  func refusesMalformedRequestLine(payload: Payload) throws {
    try FramingTests.expectRefusal(payload, statuses: [400, 404, 405, 501, 505])
  }

  @Test(arguments: [
    Payload("none", "GET /ping HTTP/1.1\r\n\r\n"),
    Payload("two", "GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    Payload("the same twice", "GET /ping HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
    Payload("with a blank", "GET /ping HTTP/1.1\r\nHost: a b\r\n\r\n"),
    Payload("with a path", "GET /ping HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Payload("with a user", "GET /ping HTTP/1.1\r\nHost: u@a\r\n\r\n"),
  ])
  func refusesMissingOrDoubtfulHost(payload: Payload) throws { try FramingTests.expectRefusal(payload) }

  @Test func doesWithoutHostInHTTP10() throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange("GET /ping HTTP/1.0\r\n\r\n")
      #expect(answer.status == 204)
    }
  }

  @Test func followsAuthorityOfAbsoluteTarget() throws {
    try Scene.play { scene in
      let target = "http://inner.example:8086/query?db=metrics&q=SHOW%20MEASUREMENTS"
      let answer = try scene.connect().exchange(
        "GET \(target) HTTP/1.1\r\nHost: other.example\r\n\(Login.reader.basic)\r\n")
      #expect(answer.status == 200)
      let requests = scene.upstream.requests
      #expect(requests.count == 1)
      #expect(requests.first?.path == "/query")
      #expect(requests.first?.all("Host").count == 1)
      #expect(!scene.upstream.text.contains("other.example"))
    }
  }

  @Test(arguments: [
    "http://user:pass@localhost/ping", "ftp://localhost/ping", "http:///ping", "http://", "http:/ping",
    "https://a b/ping",
  ])
  func refusesOddAbsoluteTarget(target: String) throws {
    try FramingTests.expectRefusal(
      Payload(target, "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n"), statuses: [400, 404])
  }

  @Test func refusesHeadOverItsLimit() throws {
    for request in [
      "GET /\(String(repeating: "a", count: 1_100_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /ping?\(String(repeating: "a=b&", count: 300_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
      "\(String(repeating: "G", count: 1_100_000)) /ping HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 70_000))\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X-A: \(String(repeating: "a", count: 1_000))\r\n", count: 70))\r\n",
      String(repeating: "\r\n", count: 100_000) + "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
      try FramingTests.expectRefusal(Payload("", request), statuses: [400, 414, 431])
    }
  }

  /// As curl sends them; what goes upstream is encoded.
  @Test func acceptsRawTextInParameters() throws {
    try Scene.play { scene in
      let request = "GET /query?db=metrics&q=SELECT+v+FROM+\"ünï\" HTTP/1.1\r\nHost: x\r\n\(Login.reader.basic)\r\n"
      let answer = try scene.connect().exchange(request)
      #expect([200, 400].contains(answer.status))
      #expect(scene.upstream.requests.allSatisfy { $0.target.utf8.allSatisfy { $0 < 128 } })
    }
  }
}
