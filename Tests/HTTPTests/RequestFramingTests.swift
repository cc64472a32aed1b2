// How a request's body ends is read in one way only, or the request is refused (security B1, rows 1 to 4, 8, 11).

import HTTP
import Testing

@Suite struct RequestFramingTests {
  @Test func refusesContentLengthBesideTransferEncoding() {
    let expected = HeadProblem.transferEncodingWithContentLength
    #expect(readRequest(fields: "Content-Length: 6", "Transfer-Encoding: chunked").problem == expected)
    #expect(readRequest(fields: "Transfer-Encoding: chunked", "Content-Length: 6").problem == expected)
    #expect(readRequest(fields: "Transfer-Encoding: chunked", "Content-Length: 0").problem == expected)
  }

  @Test(arguments: [
    ",chunked", "chunked,", "chunked, identity", "identity, chunked", "chunked, chunked", "gzip, chunked", "xchunked",
    "chunkedx", "identity", "gzip", "", "\"chunked\"", "chunked;q=1", "chun ked", "chunke\u{212a}",
  ])
  func refusesTransferEncodingOtherThanOneChunked(value: String) {
    #expect(readRequest(fields: "Transfer-Encoding: \(value)").problem == .transferEncodingInvalid)
  }

  @Test func refusesTwoTransferEncodingFields() {
    #expect(
      readRequest(fields: "Transfer-Encoding: chunked", "Transfer-Encoding: chunked").problem
        == .transferEncodingInvalid)
    #expect(
      readRequest(fields: "Transfer-Encoding: chunked", "Transfer-Encoding: identity").problem
        == .transferEncodingInvalid)
    #expect(
      readRequest(fields: "Transfer-Encoding: identity", "Transfer-Encoding: chunked").problem
        == .transferEncodingInvalid)
  }

  @Test(arguments: ["\u{0b}chunked", "chunked\u{0b}", "\u{0c}chunked", "chunked\u{00}"])
  func refusesControlsAroundChunked(value: String) {
    #expect(readRequest(fields: "Transfer-Encoding: \(value)").problem == .malformedField)
  }

  @Test(arguments: ["chunked", "Chunked", "CHUNKED", "  chunked\t"])
  func takesOneChunkedInAnyCase(value: String) {
    #expect(readRequest(fields: "transfer-encoding:\(value)").summary?.framing == .chunked)
  }

  @Test func refusesTransferEncodingInHTTP10() {
    #expect(
      readRequest(fields: "Transfer-Encoding: chunked", version: "HTTP/1.0").problem == .transferEncodingInHTTP10)
  }

  @Test(arguments: [
    "", "+5", "-1", "0x5", "5_0", "5, 6", "5,5", "5;", "5 5", "five", "5.0", "5e1", "\u{0665}", "00000000000000000005",
    "9223372036854775808", "18446744073709551621", "99999999999999999999", "1000000000000000000",
  ])
  func refusesContentLengthThatIsNotPlainDigits(value: String) {
    #expect(readRequest(fields: "Content-Length: \(value)").problem == .contentLengthInvalid)
  }

  @Test func refusesRepeatedContentLengthEvenIfIdentical() {
    #expect(readRequest(fields: "Content-Length: 5", "Content-Length: 6").problem == .contentLengthRepeated)
    #expect(readRequest(fields: "Content-Length: 5", "content-length: 5").problem == .contentLengthRepeated)
  }

  @Test(arguments: [("0", 0), ("5", 5), ("\t 7 \t", 7), ("005", 5), ("999999999999999999", 999_999_999_999_999_999)])
  func readsContentLength(value: String, length: Int) {
    #expect(readRequest(fields: "Content-Length:\(value)").summary?.framing == .length(length))
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "OPTIONS", "PATCH", "FETCH"])
  func readsBodyFramingOfEveryMethod(method: String) {
    #expect(
      readRequest("\(method) /query HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").summary?.framing == .length(5))
    #expect(readRequest("\(method) /query HTTP/1.1\r\nHost: a\r\n\r\n").summary?.framing == BodyFraming.none)
  }

  @Test(arguments: [
    "Content_Length: 5", "content_length: 5", "Transfer_Encoding: chunked", "TRANSFER_ENCODING: chunked",
  ])
  func refusesFramingNamesInDisguise(field: String) {
    #expect(readRequest(fields: field).problem == .malformedField)
  }

  @Test(arguments: [("close", false), ("keep-alive, Close", false), ("keep-alive", true), ("closed", true), ("", true)])
  func keepsHTTP11ConnectionUnlessClosed(value: String, keeps: Bool) {
    #expect(readRequest(fields: "Connection: \(value)").summary?.keepsAlive == keeps)
  }

  @Test(arguments: [("keep-alive", true), ("Keep-Alive", true), ("keep-alive, close", false), ("", false)])
  func closesHTTP10ConnectionUnlessKept(value: String, keeps: Bool) {
    #expect(readRequest(fields: "Connection: \(value)", version: "HTTP/1.0").summary?.keepsAlive == keeps)
  }

  @Test func expectsContinueOnlyInHTTP11() {
    #expect(readRequest(fields: "Expect: 100-Continue").summary?.expectsContinue == true)
    #expect(readRequest(fields: "Expect: 100-continue", version: "HTTP/1.0").summary?.expectsContinue == false)
    #expect(readRequest(fields: "Expect: 200-ok").summary?.expectsContinue == false)
  }

  @Test func remembersNothingOfTheRequestBefore() {
    let decoder = RequestHeadDecoder()
    let plain = Array("GET /ping HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    let alone = readRequest(plain)
    let rich =
      "POST /write?db=a HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nAuthorization: x\r\nAuthorization: y\r\n"
      + "Connection: close\r\nExpect: 100-continue\r\n\r\n"
    #expect(readRequest(Array(rich.utf8), with: decoder).summary?.authorizationCount == 2)
    #expect(readRequest(plain, with: decoder) == alone)
  }

  @Test func remembersNothingOfARefusedRequestBefore() {
    let decoder = RequestHeadDecoder()
    let plain = Array("GET /ping HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    let alone = readRequest(plain)
    let broken = "POST http://x/y?z HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nContent-Length: z\r\n\r\n"
    #expect(readRequest(Array(broken.utf8), with: decoder).problem == .contentLengthInvalid)
    #expect(readRequest(plain, with: decoder) == alone)
  }
}
