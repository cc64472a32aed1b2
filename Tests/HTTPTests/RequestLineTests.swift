// Request lines and targets that two servers could read differently are refused (security B1 row 14, B3 row 22).

import HTTP
import Testing

private func line(_ line: String, fields: String = "Host: a\r\n") -> Reading<RequestSummary> {
  readRequest("\(line)\r\n\(fields)\r\n")
}

@Suite struct RequestLineTests {
  @Test(arguments: [
    "", " ", "GET", "GET /", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", " GET / HTTP/1.1",
    "GET / HTTP/1.1 x", "GET / http/1.1", "GET / HTTPS/1.1", "GET / HTTP", "G(ET / HTTP/1.1", "GET / HTTP/1.10",
    "GET /ping#/../query HTTP/1.1", "GET /a\u{7f} HTTP/1.1", "GET /a\u{0b}b HTTP/1.1", "GET  / HTTP/1.1",
    "GET /a b HTTP/1.1", "G\u{00}ET / HTTP/1.1", "GET /a\rb HTTP/1.1", "\u{00}GET / HTTP/1.1",
  ])
  func refusesMalformedRequestLine(text: String) {
    #expect([.malformedRequestLine, .malformedTarget].contains(line(text).problem), "\(line(text))")
  }

  @Test(arguments: 0...0x20 as ClosedRange<UInt8>)
  func refusesControlInTarget(byte: UInt8) {
    let message = Array("GET /a".utf8) + [byte] + Array("b HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    #expect(readRequest(message).problem != nil)
  }

  @Test(arguments: ["GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9", "GET / HTTP/3.1"])
  func saysThatOtherVersionsAreNotSpoken(text: String) {
    #expect(line(text).problem == .unsupportedVersion)
    #expect(HeadProblem.unsupportedVersion.status == 505)
  }

  @Test(arguments: [
    "GET query HTTP/1.1", "GET * HTTP/1.1", "POST * HTTP/1.1", "OPTIONS ** HTTP/1.1", "GET ?a HTTP/1.1",
    "CONNECT a:80 HTTP/1.1", "GET ftp://a/ HTTP/1.1", "GET http:/a/ HTTP/1.1", "GET http:///a HTTP/1.1",
    "GET http://?a HTTP/1.1", "GET http://u:p@a/ HTTP/1.1", "GET http://u@a HTTP/1.1", "GET http:// HTTP/1.1",
  ])
  func refusesTargetOfNoKnownForm(text: String) {
    #expect(line(text).problem == .malformedTarget)
  }

  @Test func splitsPathFromQueryAtTheFirstQuestionMark() {
    let summary = line("GET /api/v2/query?x=/ping?y HTTP/1.1").summary
    #expect(summary?.path == "/api/v2/query")
    #expect(summary?.query == "x=/ping?y")
    #expect(line("GET /ping HTTP/1.1").summary?.query == nil)
    #expect(line("GET /ping? HTTP/1.1").summary?.query == "")
  }

  @Test func leavesPathAsItCame() {
    #expect(line("GET //%71uery/../x;y\\ HTTP/1.1").summary?.path == "//%71uery/../x;y\\")
  }

  @Test func takesAuthorityOfAbsoluteFormOverHost() {
    let summary = line("GET http://wins:1/ping?x HTTP/1.1", fields: "Host: loses\r\n").summary
    #expect(summary?.authority == "wins:1")
    #expect(summary?.path == "/ping")
    #expect(summary?.query == "x")
    #expect(line("GET HTTPS://wins/ping HTTP/1.1").summary?.authority == "wins")
  }

  @Test func readsAbsoluteFormWithoutPath() {
    #expect(line("GET http://a HTTP/1.1").summary?.path == "")
    #expect(line("GET http://a?q HTTP/1.1").summary?.path == "")
    #expect(line("GET http://a?q=/x HTTP/1.1").summary?.query == "q=/x")
  }

  @Test func readsAsteriskOfOptionsAlone() {
    let decoder = RequestHeadDecoder()
    let message = Array("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    #expect(readRequest(message, with: decoder).summary?.target == "*")
    #expect(decoder.isAsteriskForm)
  }

  @Test func demandsExactlyOneHost() {
    #expect(line("GET / HTTP/1.1", fields: "").problem == .hostMissingOrRepeated)
    #expect(line("GET / HTTP/1.1", fields: "Host: a\r\nHost: b\r\n").problem == .hostMissingOrRepeated)
    #expect(line("GET / HTTP/1.1", fields: "Host: a\r\nhost: a\r\n").problem == .hostMissingOrRepeated)
    #expect(line("GET http://a/ HTTP/1.1", fields: "").problem == .hostMissingOrRepeated)
    #expect(line("GET / HTTP/1.0", fields: "Host: a\r\nHost: b\r\n").problem == .hostMissingOrRepeated)
  }

  @Test(arguments: ["a b", "a,b", "a/b", "u@a", "a\tb", "a?b", "a#b", "\u{e9}", "a;b", "a\\b", "<a>"])
  func refusesWhatIsNoHost(value: String) {
    #expect(line("GET / HTTP/1.1", fields: "Host: \(value)\r\n").problem == .hostMissingOrRepeated)
    #expect(readRequest("GET http://\(value) HTTP/1.1\r\nHost: a\r\n\r\n").summary?.authority != value)
  }

  @Test(arguments: ["a.example:8086", "[::1]:80", "127.0.0.1", "a_b", "%41", ""])
  func takesHost(value: String) {
    #expect(line("GET / HTTP/1.1", fields: "Host: \(value)\r\n").summary?.authority == value)
  }

  @Test func takesHTTP10WithoutHost() {
    #expect(line("GET / HTTP/1.0", fields: "").summary?.authority == nil)
    #expect(line("GET / HTTP/1.0", fields: "").summary?.minorVersion == 0)
  }

  @Test func keepsTheFirstAuthorizationAndCountsAll() {
    let summary = line("GET / HTTP/1.1", fields: "Host: a\r\nAuthorization: one\r\nauthorization: two\r\n").summary
    #expect(summary?.authorization == "one")
    #expect(summary?.authorizationCount == 2)
  }

  @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
  func knowsMethodInItsOwnCaseOnly(method: String) {
    let decoder = RequestHeadDecoder()
    #expect(readRequest(Array("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), with: decoder).summary != nil)
    #expect(decoder.method.text.description == method)
    _ = readRequest(Array("\(method.lowercased()) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), with: decoder)
    #expect(decoder.method == .other)
  }
}
