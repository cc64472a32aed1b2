// One request and its response, as the record of it will tell.

import Decision
import Formats
import HTTP
import JSON
import Observation
import Threading
import Transport

/// Reset for every request of a connection.
struct Exchange {
  var startedAt = Instant.start
  var methodText = ""
  var path = ""
  var response = ResponseWriter()
  var expectsContinue = false
  /// The form that errors are asked for in, and filtered answers.
  var form = AnswerForm()
  var notes = DecisionNotes()
  var kind = RequestKind.unreadable
  var bytesIn = 0
  var bytesOut = 0
  var status = 0
  var upstreamAuthority = ""
  var upstreamStartedAt = Instant.start
  var upstreamEndedAt = Instant.start

  mutating func describe(_ view: RequestView) {
    let method = view.head.method
    response = ResponseWriter(view.head)
    expectsContinue = view.head.expectsContinue
    methodText =
      method == .other
      ? String(decoding: view.bytes[bytes: view.head.methodRange].prefix(32), as: UTF8.self)
      : method.text.description
    path = String(decoding: view.path.prefix(1_024), as: UTF8.self)
    form = AnswerForm(view)
    kind = RequestKind(Route(path: view.path).kind)
  }

  /// What can be told of a request whose head cannot be decoded: method and path, where its line begins as one does.
  mutating func describeBeginning(_ bytes: UnsafeRawBufferPointer) {
    guard methodText.isEmpty, let blank = bytes.prefix(33).firstIndex(of: UInt8(ascii: " ")), blank > 0,
      bytes[..<blank].allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { return }
    methodText = String(decoding: bytes[..<blank], as: UTF8.self)
    let target = bytes[(blank + 1)...].prefix(1_024)
    path = String(decoding: target.prefix { $0 > 0x20 && $0 != UInt8(ascii: "?") }, as: UTF8.self)
  }

  func record(client: Client, listener: String) -> AccessRecord {
    var record = AccessRecord()
    record.time = .now
    record.client = client.address
    record.listener = listener
    record.method = methodText
    record.path = path
    if notes.usesPreviousPassword { record.password = "previous" }
    if !notes.login.isEmpty { record.principal = notes.login.prefixOfBytes(AnswerDialect.longestText) }
    if !notes.database.isEmpty { record.database = notes.database.prefixOfBytes(AnswerDialect.longestText) }
    record.status = status
    if !notes.reason.isEmpty { record.refusal = notes.reason }
    record.bytesIn = bytesIn
    record.bytesOut = bytesOut
    record.duration = (Instant.now - startedAt).microseconds
    if upstreamStartedAt > .start, upstreamEndedAt >= upstreamStartedAt {
      record.upstreamDuration = (upstreamEndedAt - upstreamStartedAt).microseconds
    }
    if !upstreamAuthority.isEmpty { record.upstream = upstreamAuthority }
    return record
  }
}

extension RequestKind {
  init(_ kind: Endpoint.Kind) {
    self =
      switch kind {
      case .ping: .ping
      case .health: .health
      case .write: .write
      case .query: .query
      case .management: .management
      case .other: .other
      }
  }
}

extension Refusal.Kind {
  var metric: RefusalKind {
    switch self {
    case .malformed: .malformed
    case .unauthenticated: .unauthenticated
    case .denied: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .notAllowed
    case .tooLarge: .tooLarge
    case .unsupported: .unsupportedType
    case .tooSlow: .timedOut
    case .unavailable, .upstream: .unavailable
    }
  }
}

extension Exchange {
  /// Whether it was meant for the management API: by the path as it came, which may be one that nothing answers.
  var isOfManagement: Bool {
    kind == .management || path.utf8.starts(with: "/legacy/".utf8) || path.utf8.starts(with: "/private/legacy/".utf8)
  }

  /// Whether its client decodes the errors of InfluxDB 2.x.
  var isOfAPI2: Bool { isOfManagement || path.utf8.starts(with: "/api/v2/".utf8) }
}
