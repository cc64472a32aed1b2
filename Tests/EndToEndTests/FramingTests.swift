// Requests whose framing two parsers could read differently are refused, and the upstream never hears of them (B1, rows 1 to 5 and 8).

import Testing

@Suite struct FramingTests {
  /// Sends the bytes, wants one refusal and the end of the connection, and that nothing went upstream.
  static func expectRefusal(
    _ payload: Payload, statuses: Set<Int> = [400], tls: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try Scene.play { scene in
      let client = try scene.connect(tls: tls)
      client.send(payload.bytes)
      let answer = try client.readAnswer()
      #expect(
        statuses.contains(answer.status), "\(answer.status) \(answer.text)", sourceLocation: sourceLocation)
      let rest = try client.readToEnd()
      #expect(rest.isEmpty, "then: \(String(decoding: rest, as: UTF8.self))", sourceLocation: sourceLocation)
      try scene.expectUntouchedUpstream(sourceLocation: sourceLocation)
    }
  }

  static let smuggled = "GET /query?db=secret&q=SELECT%20v%20FROM%20vault HTTP/1.1\r\nHost: x\r\n\r\n"

  @Test(arguments: [
    Payload.write(
      "length before encoding", fields: "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\nG"),
    Payload.write(
      "encoding before length", fields: "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", body: "0\r\n\r\nG"),
    Payload.write(
      "length of zero", fields: "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\n" + smuggled),
    Payload.write("odd case", fields: "content-LENGTH: 5\r\ntransfer-ENCODING: Chunked\r\n", body: "0\r\n\r\n"),
  ])
  func refusesLengthBesideTransferEncoding(payload: Payload) throws { try Self.expectRefusal(payload) }

  @Test(arguments: [
    ",chunked", ", chunked", "chunked,", "chunked, identity", "identity, chunked", "identity", "xchunked", "chunkedx",
    "\u{b}chunked", "chunked\u{b}", "chunked, chunked", "gzip, chunked", "gzip", "chunked;q=1", "\"chunked\"", "",
    "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity",
    "identity\r\nTransfer-Encoding: chunked", "\r\nTransfer-Encoding: chunked",
  ])
  func refusesAnyTransferEncodingButOneChunked(value: String) throws {
    try Self.expectRefusal(
      .write("", fields: "Transfer-Encoding: \(value)\r\n", body: "0\r\n\r\n" + Self.smuggled), statuses: [400, 501])
  }

  /// A client that says nothing of its body's length would be told 204 for points that nobody read.
  @Test(arguments: ["", "Connection: keep-alive\r\n"])
  func refusesABodyWithoutLengthInHTTP10(fields: String) throws {
    try Scene.play { scene in
      for (head, body) in [
        ("POST /write?db=metrics", "cpu v=1\n"), ("POST /write?db=metrics", ""),
        ("POST /api/v2/write?bucket=metrics", "cpu v=1\n"), ("POST /query?db=metrics&q=SHOW+MEASUREMENTS", "db=secret"),
      ] {
        let credential = head.contains("query") ? Login.reader.basic : Login.writer.basic
        let client = try scene.connect()
        client.send("\(head) HTTP/1.0\r\nHost: localhost\r\n\(credential)\(fields)\r\n\(body)")
        #expect(try client.readAnswer().status == 411, "\(head)")
        #expect(try client.isClosedByPeer())
      }
      try scene.expectUntouchedUpstream()
      // Without a body none is missing.
      let query = "POST /query?db=metrics&q=SHOW+MEASUREMENTS HTTP/1.0\r\nHost: localhost\r\n\(Login.reader.basic)\r\n"
      #expect(try scene.connect().exchange(query).status == 200)
    }
  }

  @Test(arguments: ["", "Connection: keep-alive\r\n"])
  func refusesTransferEncodingOfHTTP10(fields: String) throws {
    try Self.expectRefusal(
      .write(
        "", fields: "\(fields)Transfer-Encoding: chunked\r\n", body: "7\r\ncpu v=1\r\n0\r\n\r\n", version: "HTTP/1.0"))
  }

  @Test(arguments: [
    "", "+5", "-1", "0x5", "5_0", "5, 6", "5, 5", "5,", ",5", "5 5", "5;", "5.0", "1e1", "\u{661}", "５",
    "99999999999999999999",
    "18446744073709551616", "18446744073709551621", "9223372036854775808", "00000000000000000000005x",
    "5\r\nContent-Length: 6",
    "6\r\nContent-Length: 5", "5\r\nContent-Length: 5", "5\r\ncontent-length: 5", "\"5\"", "five",
  ])
  func refusesMalformedContentLength(value: String) throws {
    try Self.expectRefusal(
      .write("", fields: "Content-Length: \(value)\r\n", body: "cpu v=1\n" + Self.smuggled), statuses: [400, 413])
  }

  @Test(arguments: [
    Payload.chunks("hexadecimal prefix", "0x2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("plus sign", "+2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("minus sign", "-2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("blank before", " 2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("tab before", "\t2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("blank after", "2 \r\nab\r\n0\r\n\r\n"),
    Payload.chunks("underscore", "2_\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("empty size", "\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("extension alone", ";a=b\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("no digit", "g\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("bare LF after size", "2\nab\r\n0\r\n\r\n"),
    Payload.chunks("bare LF after data", "2\r\nab\n0\r\n\r\n"),
    Payload.chunks("nothing after data", "2\r\nab0\r\n\r\n"),
    Payload.chunks("data longer than its size", "2\r\nabc\r\n0\r\n\r\n"),
    Payload.chunks("CR within an extension", "2;a\rb\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("LF within an extension", "2;a\nb\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("NUL within an extension", "2;a\0b\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("CR CR LF", "2\r\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("bare LF ends the last chunk", "2\r\nab\r\n0\n\r\n"),
    Payload.chunks("bare LF ends the trailer", "2\r\nab\r\n0\r\n\n"),
    Payload.chunks("size of 2^64", "10000000000000000\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("size of 2^64 + 2", "10000000000000002\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("size of 2^63", "8000000000000000\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("size of twenty F", String(repeating: "F", count: 20) + "\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("thousands of zeros", String(repeating: "0", count: 70_000) + "2\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("extension of 64 KiB", "2;" + String(repeating: "x", count: 65_536) + "\r\nab\r\n0\r\n\r\n"),
    Payload.chunks("odd trailer name", "2\r\nab\r\n0\r\nbad name: x\r\n\r\n"),
    Payload.chunks("trailer of 1 MiB", "2\r\nab\r\n0\r\na: " + String(repeating: "x", count: 1_048_576) + "\r\n\r\n"),
  ])
  func refusesChunksOutsideTheGrammar(payload: Payload) throws {
    try Self.expectRefusal(payload, statuses: [400, 413, 431])
  }

  @Test(arguments: ["100000000", "FFFFFFFF", "7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF"])
  func refusesChunkOfFourGibibytes(size: String) throws {
    try Self.expectRefusal(.chunks("", "\(size)\r\nab\r\n0\r\n\r\n"), statuses: [400, 413])
  }

  @Test func refusesFieldNameOfMoreThan64KiB() throws {
    for name in [String(repeating: "a", count: 65_537), String(repeating: "a", count: 65_536 + 14)] {
      try Self.expectRefusal(.write("", fields: "\(name): 1\r\nContent-Length: 7\r\n"), statuses: [400, 431])
    }
  }

  /// The upstream may have seen a beginning by then, but it must not see an end.
  @Test func neverCompletesStreamedBodyWithBrokenChunk() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let line = String(repeating: "x", count: 65_535) + "\n"
      client.send(
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Transfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<8 { client.send("10000\r\n\(line)\r\n") }
      client.send("0x2\r\nab\r\n0\r\n\r\n")
      let answer = try client.readAnswer()
      #expect(answer.status == 400)
      #expect(try client.isClosedByPeer())
      guard let state = scene.upstream.state.wait(until: { $0.connections.allSatisfy { $0.isDirectory || $0.isEnded } })
      else { throw HarnessFailure("the upstream connection stays open") }
      for connection in state.connections where !connection.isDirectory {
        #expect(!connection.text.contains("0\r\n\r\n"))
      }
      try scene.writeMarker()
    }
  }

  @Test func acceptsChunkedInAnyCaseWithExtensionsAndTrailers() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let body = "8;name=value;flag\r\ncpu v=1\n\r\n7;q=\"a b\"\r\ncpu v=2\r\n000\r\nX-Trailer: dropped\r\n\r\n"
      let request =
        "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)Transfer-Encoding: Chunked\r\n\r\n"
      #expect(try client.exchange(request + body).status == 204)
      #expect(try client.exchange(Request.chunkedWrite("cpu v=3")).status == 204)
      #expect(scene.upstream.requests.count == 2)
      #expect(scene.upstream.text.contains("cpu v=1\ncpu v=2"))
      #expect(!scene.upstream.text.contains("X-Trailer"))
    }
  }
}
