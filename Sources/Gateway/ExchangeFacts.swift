// What the record of an exchange tells.

import Formats
import Decision
import HTTP
import JSON
import Observation
import Threading

/// Replaced as a whole for every request.
struct ExchangeFacts {
  /// What could be read of the request's line.
  enum Line {
    case unread
    case read(method: String, path: String)
  }

  /// What it had of the upstream.
  enum UpstreamPart {
    case none
    /// `host:port` that was not reached.
    case tried(String)
    /// With a connection to that authority.
    case leased(String, since: Instant)
    case over(String, after: Interval)
  }

  /// When the request's first byte was read.
  let startedAt: Instant
  private(set) var line = Line.unread
  private(set) var answersHead = false
  /// The form that errors are asked for in, and filtered answers.
  var form = AnswerForm()
  var notes = DecisionNotes()
  private(set) var kind = RequestKind.unreadable
  /// Body bytes, as they came.
  var bytesIn = 0
  var bytesOut = 0
  /// Of the answer, once one begins.
  var status = 0
  private(set) var upstream = UpstreamPart.none

  init(startedAt: Instant) { self.startedAt = startedAt }

  mutating func describe(_ view: RequestView) {
    let method = view.head.method
    answersHead = method == .head
    line = .read(
      method: method == .other
        ? String(decoding: view.bytes[bytes: view.head.methodRange].prefix(32), as: UTF8.self)
        : method.text.description,
      path: String(decoding: view.path.prefix(1_024), as: UTF8.self))
    form = AnswerForm(view)
    kind = RequestKind(Route(path: view.path).kind)
  }

  /// What can be told of a request whose head cannot be decoded: method and path, where its line begins as one does.
  mutating func describeBeginning(_ bytes: UnsafeRawBufferPointer) {
    guard case .unread = line, let blank = bytes.prefix(33).firstIndex(of: UInt8(ascii: " ")), blank > 0,
      bytes[..<blank].allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { return }
    let target = bytes[(blank + 1)...].prefix(1_024)
    line = .read(
      method: String(decoding: bytes[..<blank], as: UTF8.self),
      path: String(decoding: target.prefix { $0 > 0x20 && $0 != UInt8(ascii: "?") }, as: UTF8.self))
  }

  var method: String { if case .read(let method, _) = line { method } else { "-" } }
  var path: String { if case .read(_, let path) = line { path } else { "" } }

  // MARK: The upstream's part

  mutating func beginUpstream(_ authority: String, at now: Instant) { upstream = .leased(authority, since: now) }

  mutating func endUpstream(at now: Instant) {
    if case .leased(let authority, let since) = upstream {
      upstream = .over(authority, after: now - since)
    }
  }

  /// Where no connection came to be.
  mutating func noteTried(_ authority: String) {
    if case .none = upstream { upstream = .tried(authority) }
  }

  /// `host:port`; empty where none was chosen.
  var upstreamAuthority: String {
    switch upstream {
    case .none: ""
    case .tried(let authority), .leased(let authority, _), .over(let authority, _): authority
    }
  }

  // MARK: The record

  func record(client: Client, listener: String, at now: Instant) -> AccessRecord {
    var record = AccessRecord()
    record.time = .now
    record.client = client.address
    record.listener = listener
    record.method = method
    record.path = path
    if notes.usesPreviousPassword { record.password = "previous" }
    if !notes.login.isEmpty { record.principal = notes.login.prefixOfBytes(AnswerDialect.longestText) }
    if !notes.database.isEmpty { record.database = notes.database.prefixOfBytes(AnswerDialect.longestText) }
    record.status = status
    if !notes.reason.isEmpty { record.refusal = notes.reason }
    record.bytesIn = bytesIn
    record.bytesOut = bytesOut
    record.duration = (now - startedAt).microseconds
    if case .over(_, let duration) = upstream { record.upstreamDuration = duration.microseconds }
    let authority = upstreamAuthority
    if !authority.isEmpty { record.upstream = authority }
    return record
  }

  // MARK: What hangs on it

  /// For how long more of a body is waited for: a write as a whole has a deadline too.
  func bodyPatience(_ timeouts: GatewayTimeouts, _ now: Instant) -> Interval {
    kind == .write ? min(timeouts.bodyProgress, timeouts.write - (now - startedAt)) : timeouts.bodyProgress
  }

  /// Whether it was meant for the management API: by the path as it came, which may be one that nothing answers.
  var isOfManagement: Bool {
    kind == .management || path.utf8.starts(with: "/legacy/".utf8) || path.utf8.starts(with: "/private/legacy/".utf8)
  }

  /// Whether its client decodes the errors of InfluxDB 2.x.
  var isOfAPI2: Bool { isOfManagement || path.utf8.starts(with: "/api/v2/".utf8) }
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
