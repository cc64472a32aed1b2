// Puts a response into the framing of HTTP/1: the one place where a head or a chunk for a client is written.

import Decision
import HTTP
import Upstream

/// The response to one request. It is told of the request what its framing depends on, and keeps how its body ends.
struct ResponseWriter {
  /// How the client knows where the body ends.
  private enum BodyEnd { case counted, chunked, connection }

  /// Of the request.
  var minorVersion: UInt8 = 1
  /// Whether the request was HEAD, so that no body follows whatever the head says.
  var answersHead = false
  /// Whether another request may follow on the connection; the head says so.
  var keepsAlive = true
  private var bodyEnd = BodyEnd.counted

  init() {}

  init(_ head: RequestHeadDecoder) {
    minorVersion = head.minorVersion
    answersHead = head.method == .head
    keepsAlive = head.keepsAlive
  }

  // MARK: Heads

  /// The upstream's head, without what ends at this hop.
  ///
  /// - Parameters:
  ///   - request: that it answers.
  ///   - whole: bytes of the body, where all of it is here.
  mutating func writeHead(
    _ head: UpstreamResponseHead, to request: UpstreamRequest, whole: Int?, _ writer: inout ByteWriter
  ) {
    let decoder = head.decoder
    writer.append("HTTP/1.1 ")
    writer.append(decimal: decoder.status)
    writer.append(" ")
    writer.append(head.bytes[bytes: decoder.reason])
    for field in decoder.fields where carries(field, decoder, request) && !decoder.endsAtHop(field, in: head.bytes) {
      writer.append("\r\n")
      writer.append(head.bytes[bytes: field.nameRange])
      writer.append(": ")
      writer.append(head.bytes[bytes: field.valueRange])
    }
    if request.isUncacheable { writer.append("\r\nCache-Control: no-store") }
    switch decoder.framing {
    case .none: bodyEnd = .counted
    case .length(let length): writeLength(length, &writer)
    case .chunked, .close: if let whole { writeLength(whole, &writer) } else { writeUnknownLength(&writer) }
    }
    finishHead(&writer)
  }

  /// The head of an answer of our own.
  mutating func writeHead(_ answer: LocalAnswer, date: HTTPDate, _ writer: inout ByteWriter) {
    writer.append("HTTP/1.1 ")
    writer.append(decimal: answer.status)
    writer.append(" ")
    writer.append(reasonPhrase(of: answer.status))
    writer.append("\r\nDate: ")
    writer.append(date.text)
    for (name, value) in answer.fields {
      writer.append("\r\n")
      writer.append(name)
      writer.append(": ")
      writer.append(value)
    }
    if answer.rest != nil {
      writeUnknownLength(&writer)
    } else if answer.status != 204 {
      writeLength(answer.body.count, &writer)
    } else {
      bodyEnd = .counted
    }
    finishHead(&writer)
  }

  private mutating func writeLength(_ length: Int, _ writer: inout ByteWriter) {
    bodyEnd = .counted
    writer.append("\r\nContent-Length: ")
    writer.append(decimal: length)
  }

  /// Without chunks (HTTP/1.0) the end of the connection ends a body whose length is not known.
  private mutating func writeUnknownLength(_ writer: inout ByteWriter) {
    guard minorVersion == 1 else {
      bodyEnd = .connection
      keepsAlive = false
      return
    }
    bodyEnd = .chunked
    writer.append("\r\nTransfer-Encoding: chunked")
  }

  private func finishHead(_ writer: inout ByteWriter) {
    if !keepsAlive {
      writer.append("\r\nConnection: close")
    } else if minorVersion == 0 {
      writer.append("\r\nConnection: keep-alive")
    }
    writer.append("\r\n\r\n")
  }

  private func carries(_ field: Field, _ decoder: ResponseHeadDecoder, _ request: UpstreamRequest) -> Bool {
    switch field.name {
    case .contentLength: answersHead || decoder.status == 304
    case .setCookie: request.carriesAllFields
    case .underscored, .disguisedFraming, .accessControl: false
    default: true
    }
  }

  // MARK: Bodies

  /// Appends what stands before a piece of the body, which may be empty.
  ///
  /// - Returns: what stands behind it.
  func beginPiece(_ count: Int, isLast: Bool, _ writer: inout ByteWriter) -> StaticString {
    bodyEnd == .chunked ? writer.beginChunk(count, isLast: isLast) : ""
  }

  /// A piece as it leaves.
  func framed(_ piece: [UInt8], isLast: Bool) -> [UInt8] {
    guard bodyEnd == .chunked else { return piece }
    var chunk: [UInt8] = []
    chunk.appendChunk(piece, isLast: isLast)
    return chunk
  }

  /// Whether a connection that ends now would be taken for the end of the body.
  var endsWithConnection: Bool { minorVersion == 0 }
}
