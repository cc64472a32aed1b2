// Field lines are read by the grammar and nothing beside it (security B1, rows 6 to 8).

import HTTP
import Testing

/// A request with one field line made of raw bytes.
private func read(line: [UInt8], limits: HeadLimits = ampleLimits) -> Reading<RequestSummary> {
  readRequest(
    Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + line + Array("\r\n\r\n".utf8), limits: limits)
}

private func read(line: String) -> Reading<RequestSummary> { read(line: Array(line.utf8)) }

private let controls: [UInt8] = Array(0...0x1f) + [0x7f]

@Suite struct FieldSyntaxTests {
  @Test(arguments: controls) func refusesControlInName(byte: UInt8) {
    for line in [
      [byte] + Array("x: y".utf8), Array("x".utf8) + [byte] + Array("x: y".utf8),
      Array("x".utf8) + [byte] + Array(": y".utf8),
    ] {
      #expect([.malformedField, .bareLineFeed].contains(read(line: line).problem))
    }
  }

  @Test(arguments: controls.filter { $0 != 0x09 }) func refusesControlInValue(byte: UInt8) {
    for line in [
      Array("x:".utf8) + [byte] + Array("y".utf8), Array("x: y".utf8) + [byte] + Array("y".utf8),
      Array("x: y".utf8) + [byte],
    ] {
      #expect([.malformedField, .bareLineFeed].contains(read(line: line).problem))
    }
  }

  @Test func takesTabWithinValue() {
    #expect(read(line: "x: a\tb").summary?.fields.last == TextField("x", "a\tb"))
  }

  @Test func takesBytesAboveASCIIInValue() {
    let line = Array("x: ".utf8) + Array(0x80...0xff)
    #expect(read(line: line).summary?.fields.count == 2)
  }

  @Test(arguments: Array(0x80...0xff) + Array("\"(),/;<=>?@[\\]{} ".utf8) as [UInt8])
  func refusesByteThatIsNoTokenInName(byte: UInt8) {
    #expect(read(line: Array("Content-Length".utf8) + [byte] + Array(": 5".utf8)).problem == .malformedField)
  }

  @Test(arguments: [
    ": x", ":", "no colon", "x", "x : y", "x\t: y", " x: y", "\tx: y", "x: y\r\n folded", "x: y\r\n\tfolded",
    "x: y\r\n : z", "Host : a", "Content-Length : 5",
  ])
  func refusesLineThatIsNoField(line: String) {
    #expect(read(line: line).problem == .malformedField)
  }

  @Test func refusesFoldedFirstField() {
    #expect(readRequest("GET / HTTP/1.1\r\n Host: a\r\n\r\n").problem == .malformedField)
  }

  @Test(arguments: ["x: y\nz: w", "x: y\n", "\n", "x: y\r\nz: w\n\r"])
  func refusesBareLineFeed(line: String) {
    #expect(read(line: line).problem == .bareLineFeed)
  }

  @Test func refusesBareLineFeedAfterRequestLine() {
    #expect(readRequest("GET / HTTP/1.1\nHost: a\r\n\r\n").problem == .bareLineFeed)
    #expect(readRequest("GET / HTTP/1.1\r\nHost: a\n\n").problem == .bareLineFeed)
    #expect(readRequest("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").problem == .bareLineFeed)
  }

  @Test(arguments: ["x: y\rz: w", "x: y\r", "x\r: y", "\r", "x: y\r\r"])
  func refusesBareCarriageReturn(line: String) {
    #expect(read(line: line).problem == .malformedField)
  }

  @Test func trimsBlanksAroundValueOnly() {
    #expect(read(line: "x:\t  a  b\t ").summary?.fields.last == TextField("x", "a  b"))
    #expect(read(line: "x:").summary?.fields.last == TextField("x", ""))
    #expect(read(line: "x: \t ").summary?.fields.last == TextField("x", ""))
    #expect(read(line: "x::y").summary?.fields.last == TextField("x", ":y"))
  }

  @Test func marksUnderscoredNames() {
    let decoder = RequestHeadDecoder()
    _ = readRequest(Array("GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: b\r\n_: c\r\n\r\n".utf8), with: decoder)
    #expect(decoder.fields.map(\.name) == [.host, .underscored, .underscored])
  }

  @Test func refusesHugeFieldName() {
    let line = [UInt8](repeating: 0x61, count: 65_537) + Array(": b".utf8)
    #expect(read(line: line).problem == .headTooLarge)
    #expect(HeadProblem.headTooLarge.status == 431)
  }

  @Test func limitsNumberOfFields() {
    let limits = HeadLimits(bytes: 65_536, fields: 3)
    let field = Array("x: y\r\n".utf8)
    #expect(read(line: field + field.dropLast(2), limits: limits).summary?.fields.count == 3)
    #expect(read(line: field + field + field.dropLast(2), limits: limits).problem == .tooManyFields)
    #expect(HeadProblem.tooManyFields.status == 431)
  }

  @Test(arguments: [
    ("Accept", FieldName.accept), ("accept-ENCODING", .acceptEncoding), ("Authorization", .authorization),
    ("Connection", .connection), ("Content-Encoding", .contentEncoding), ("Content-Length", .contentLength),
    ("Content-Type", .contentType), ("Cookie", .cookie), ("Date", .date), ("Expect", .expect), ("Host", .host),
    ("Keep-Alive", .keepAlive), ("Origin", .origin), ("Proxy-Authenticate", .proxyAuthenticate),
    ("Proxy-Authorization", .proxyAuthorization), ("Proxy-Connection", .proxyConnection), ("Referer", .referer),
    ("Request-Id", .requestID), ("Retry-After", .retryAfter), ("Sec-Fetch-Site", .secFetchSite), ("Server", .server),
    ("Set-Cookie", .setCookie), ("TE", .te), ("Trailer", .trailer), ("Transfer-Encoding", .transferEncoding),
    ("Upgrade", .upgrade), ("User-Agent", .userAgent), ("Via", .via), ("WWW-Authenticate", .wwwAuthenticate),
    ("X-Request-Id", .xRequestID), ("X-Forwarded-For", .xForwardedFor), ("X-Forwarded-Proto", .xForwardedProto),
    ("X-Forwarded-Host", .xForwardedHost), ("Forwarded", .forwarded), ("Zap-Trace-Span", .zapTraceSpan),
    ("Traceparent", .traceparent), ("Tracestate", .tracestate), ("X-Other", .other), ("Hosts", .other),
  ])
  func knowsFieldNameInAnyCase(name: String, expected: FieldName) {
    for spelling in [name, name.lowercased(), name.uppercased()] {
      let decoder = ResponseHeadDecoder()
      let head = Array("HTTP/1.1 204 x\r\n\(spelling):\r\n\r\n".utf8)
      head.withUnsafeBytes { bytes in
        // An empty framing field is refused, but only after it was recognised.
        do throws(HeadProblem) { try decoder.decode(bytes, answersHead: false, limits: ampleLimits) } catch {}
      }
      #expect(decoder.fields.first?.name == expected, "\(spelling)")
    }
  }

  @Test func knowsFieldsThatEndAtThisHop() {
    let decoder = RequestHeadDecoder()
    let head = Array(
      """
      GET / HTTP/1.1\r
      Host: a\r
      Connection: x-one , X-TWO\r
      connection: x-three, host, content-type\r
      X-One: 1\r
      x-two: 2\r
      X-Three: 3\r
      X-On: 4\r
      X-Four: 5\r
      Content-Type: 6\r
      TE: 7\r
      Upgrade: 8\r
      \r

      """.utf8)
    _ = readRequest(head, with: decoder)
    head.withUnsafeBytes { bytes in
      let kept = decoder.fields.filter { !decoder.endsAtHop($0, in: bytes) }.map { text(bytes, $0.nameRange) }
      #expect(kept == ["Host", "X-On", "X-Four", "Content-Type"])
    }
  }
}
