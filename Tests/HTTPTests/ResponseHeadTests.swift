// A response of the upstream is read as strictly as a request (security B1, row 12).

import HTTP
import Testing

private func read(_ status: String, _ fields: String..., answersHead: Bool = false) -> Reading<ResponseSummary> {
  readResponse("HTTP/1.1 \(status)\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n", answersHead: answersHead)
}

@Suite struct ResponseHeadTests {
  @Test(arguments: [
    "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 20x OK", "HTTP/1.1  200 OK",
    "HTTP/1.1 099 x", "HTTP/1.1 600 x", "HTTP/1.1 101 Switching Protocols", "HTTP/1.2 200 OK", "HTTP/2.0 200 OK",
    "http/1.1 200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200OK", "HTTP/1.1 200 O\u{00}K", "HTTP/1.1 200 O\rK",
    "ICY 200 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "\r\nHTTP/1.1 200 OK", " HTTP/1.1 200 OK",
  ])
  func refusesMalformedStatusLine(line: String) {
    #expect(readResponse("\(line)\r\nX: yyyyyyyyyyyy\r\n\r\n").problem == .malformedStatusLine)
  }

  @Test func readsStatusAndReason() {
    #expect(read("404 not here").summary?.status == 404)
    #expect(read("404 not here").summary?.reason == "not here")
    #expect(read("204 ").summary?.reason == "")
    #expect(read("204").summary?.status == 204)
    #expect(read("200 \u{e9}\t!").summary?.reason == "\u{e9}\t!")
  }

  @Test func refusesTwoContentLengths() {
    #expect(read("200 OK", "Content-Length: 1", "Content-Length: 2").problem == .contentLengthRepeated)
    #expect(read("200 OK", "Content-Length: 1", "Content-Length: 1").problem == .contentLengthRepeated)
    #expect(read("204 x", "Content-Length: 1", "Content-Length: 2").problem == .contentLengthRepeated)
  }

  @Test func refusesContentLengthBesideTransferEncoding() {
    #expect(
      read("200 OK", "Transfer-Encoding: chunked", "Content-Length: 2").problem == .transferEncodingWithContentLength)
  }

  @Test(arguments: ["gzip, chunked", "identity", "xchunked", "", "chunked, chunked"])
  func refusesTransferEncodingOtherThanOneChunked(value: String) {
    #expect(read("200 OK", "Transfer-Encoding: \(value)").problem == .transferEncodingInvalid)
  }

  @Test func refusesTransferEncodingInHTTP10() {
    #expect(
      readResponse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").problem == .transferEncodingInHTTP10)
  }

  @Test(arguments: ["100 Continue", "103 Early Hints", "204 No Content", "304 Not Modified"])
  func hasNoBodyByItsStatus(status: String) {
    #expect(read(status, "Content-Length: 5").summary?.framing == BodyFraming.none)
    #expect(read(status, "Transfer-Encoding: chunked").summary?.framing == BodyFraming.none)
    #expect(read(status).summary?.framing == BodyFraming.none)
  }

  @Test func hasNoBodyAsAnswerToHead() {
    #expect(read("200 OK", "Content-Length: 5", answersHead: true).summary?.framing == BodyFraming.none)
    #expect(read("200 OK", answersHead: true).summary?.keepsAlive == true)
    #expect(read("200 OK", "Content-Length: 5").summary?.framing == .length(5))
  }

  @Test func endsWithItsConnectionWithoutFraming() {
    #expect(read("200 OK").summary?.framing == .close)
    #expect(read("200 OK").summary?.keepsAlive == false)
  }

  @Test func keepsConnectionAsItsVersionSays() {
    #expect(read("200 OK", "Content-Length: 0").summary?.keepsAlive == true)
    #expect(read("200 OK", "Content-Length: 0", "Connection: x, CLOSE").summary?.keepsAlive == false)
    let old = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n"
    #expect(readResponse("\(old)\r\n").summary?.keepsAlive == false)
    #expect(readResponse("\(old)Connection: keep-alive\r\n\r\n").summary?.keepsAlive == true)
  }

  @Test(arguments: ["x : y", ": y", "x", " x: y", "x: a\r\n b", "x: a\rb", "x: \u{00}"])
  func refusesMalformedField(line: String) {
    #expect(read("200 OK", line).problem == .malformedField)
  }

  /// InfluxDB repeats there what a client sent.
  @Test(arguments: ["bad\u{01}line", "\u{00}", "a\u{7f}\u{1b}", "\u{0c} b"])
  func leavesOutInfluxDBsErrorWithControlCharacters(value: String) {
    let head = read("400 Bad Request", "X-Influxdb-Error: \(value)", "Content-Length: 2", "X-A: b").summary
    #expect(head?.framing == .length(2))
    #expect(read("400 Bad Request", "X-Influxdb-Error: a\rb", "Content-Length: 2").problem == .malformedField)
    #expect(read("400 Bad Request", "X-Influxdb-Error: a\nb", "Content-Length: 2").problem == .bareLineFeed)
  }

  @Test func refusesHeadOverTheLimit() {
    let limits = HeadLimits(bytes: 64, fields: 2)
    let long = Array("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 64))\r\n\r\n".utf8)
    #expect(readResponse(long, limits: limits).problem == .headTooLarge)
    let many = Array("HTTP/1.1 200 OK\r\na: b\r\na: b\r\na: b\r\n\r\n".utf8)
    #expect(readResponse(many, limits: limits).problem == .tooManyFields)
  }
}
