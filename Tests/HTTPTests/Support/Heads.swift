// Reads heads as a connection does, and shows what was read as values that can be compared.

import HTTP

let ampleLimits = HeadLimits(bytes: 65_536, fields: 100)

/// A field as text, so that a failed expectation can be read.
struct TextField: Equatable, CustomStringConvertible {
  var name: String
  var value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  var description: String { "\(name): \(value)" }
}

/// All that a request decoder says of a head.
struct RequestSummary: Equatable {
  var method = ""
  var target = ""
  var path = ""
  var query: String?
  var authority: String?
  var minorVersion: UInt8 = 1
  var framing = BodyFraming.none
  var keepsAlive = true
  var expectsContinue = false
  var authorization: String?
  var authorizationCount = 0
  var fields: [TextField] = []
}

/// What became of bytes given as a message.
enum Reading<Summary: Equatable>: Equatable {
  case incomplete
  case refused(HeadProblem)
  /// `length` includes the empty line.
  case read(Summary, length: Int)

  var problem: HeadProblem? {
    if case .refused(let problem) = self { problem } else { nil }
  }

  var summary: Summary? {
    if case .read(let summary, _) = self { summary } else { nil }
  }
}

func text(_ bytes: UnsafeRawBufferPointer, _ range: ByteRange) -> String {
  String(decoding: bytes[bytes: range], as: UTF8.self)
}

func textFields(_ bytes: UnsafeRawBufferPointer, _ fields: [Field]) -> [TextField] {
  fields.map { TextField(text(bytes, $0.nameRange), text(bytes, $0.valueRange)) }
}

/// Scans and decodes one request head at the start of `message`.
func readRequest(
  _ message: [UInt8], limits: HeadLimits = ampleLimits, with decoder: RequestHeadDecoder = RequestHeadDecoder()
) -> Reading<RequestSummary> {
  message.withUnsafeBytes { bytes in
    do throws(HeadProblem) {
      var scanner = HeadScanner()
      guard let length = try scanner.headLength(in: bytes, limits: limits) else { return .incomplete }
      let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
      try decoder.decode(head, limits: limits)
      return .read(
        RequestSummary(
          method: text(head, decoder.methodRange), target: text(head, decoder.target), path: text(head, decoder.path),
          query: decoder.query.map { text(head, $0) }, authority: decoder.authority.map { text(head, $0) },
          minorVersion: decoder.minorVersion, framing: decoder.framing, keepsAlive: decoder.keepsAlive,
          expectsContinue: decoder.expectsContinue, authorization: decoder.authorization.map { text(head, $0) },
          authorizationCount: decoder.authorizationCount, fields: textFields(head, decoder.fields)),
        length: length)
    } catch { return .refused(error) }
  }
}

func readRequest(_ message: String, limits: HeadLimits = ampleLimits) -> Reading<RequestSummary> {
  readRequest(Array(message.utf8), limits: limits)
}

/// A request to `/write` with the given field lines, each without its line end.
func readRequest(fields: String..., version: String = "HTTP/1.1") -> Reading<RequestSummary> {
  readRequest("POST /write \(version)\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n")
}

/// All that a response decoder says of a head.
struct ResponseSummary: Equatable {
  var status = 0
  var reason = ""
  var minorVersion: UInt8 = 1
  var framing = BodyFraming.none
  var keepsAlive = true
  var fields: [TextField] = []
}

/// Scans and decodes one response head at the start of `message`.
func readResponse(
  _ message: [UInt8], answersHead: Bool = false, limits: HeadLimits = ampleLimits
) -> Reading<ResponseSummary> {
  message.withUnsafeBytes { bytes in
    do throws(HeadProblem) {
      var scanner = HeadScanner()
      guard let length = try scanner.headLength(in: bytes, limits: limits) else { return .incomplete }
      let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
      let decoder = ResponseHeadDecoder()
      try decoder.decode(head, answersHead: answersHead, limits: limits)
      return .read(
        ResponseSummary(
          status: decoder.status, reason: text(head, decoder.reason), minorVersion: decoder.minorVersion,
          framing: decoder.framing, keepsAlive: decoder.keepsAlive, fields: textFields(head, decoder.fields)),
        length: length)
    } catch { return .refused(error) }
  }
}

func readResponse(_ message: String, answersHead: Bool = false) -> Reading<ResponseSummary> {
  readResponse(Array(message.utf8), answersHead: answersHead)
}
