// The audit log: what is about to be changed, what became of it, and what was refused.

public import Authorizations
public import Formats
import JSON
public import Observation

/// Writes JSON lines of three kinds, tied together by `call`:
///
/// - `change`, on the disk before the store is touched: who, from where, the states before and after;
/// - `done`, after it: a change without its `done` may or may not have been made, since the process died in between;
/// - `refused`, with the reason.
///
/// No password, hash or token text is in any of them. Used from one thread.
public final class AuditTrail: ChangeJournal {
  private let file: AuditFile
  private let now: () -> Int64
  /// Told when writing begins to fail, and with nil when it works again.
  private let report: (String?) -> Void
  private var isFailing = false

  public init(
    _ file: AuditFile, now: @escaping () -> Int64 = WallClock.system,
    report: @escaping (_ problem: String?) -> Void
  ) {
    self.file = file
    self.now = now
    self.report = report
  }

  public func willMake(_ intents: [ChangeIntent]) throws(ChangeError) {
    guard append(intents.flatMap(line), isDurable: true) else { throw .unrecorded("the audit log cannot be written") }
  }

  private func line(_ intent: ChangeIntent) -> [UInt8] {
    let author = intent.author
    return line("change", author.call) { line in
      line.member("operation", intent.operation)
      line.member("caller", author.party.spoken)
      line.member("source", author.source)
      if let span = author.traceSpan { line.member("trace", span) }
      switch intent.change {
      case .authorization(let before, let after):
        if let before { line.member("before", object: { $0.authorization(before) }) }
        if let after { line.member("after", object: { $0.authorization(after) }) }
      case .token(let before, let after):
        if let before { line.member("before", object: { $0.token(before) }) }
        if let after { line.member("after", object: { $0.token(after) }) }
      }
    }
  }

  /// What became of a call of the management API.
  public func record(_ record: AuditRecord) {
    guard let refusal = record.refusal else {
      append(
        line("done", record.call) { line in
          line.member("status", record.status)
          if let ignored = record.ignored { line.member("ignored", ignored) }
        }, isDurable: false)
      return
    }
    // Anyone may be refused, as often as they like: such a line costs no write to the disk of its own.
    append(
      line("refused", record.call) { line in
        line.member("operation", record.operation.rawValue)
        line.member("caller", record.caller.map { ChangeAuthor.Party.token($0).spoken } ?? "")
        line.member("source", record.source)
        if let span = record.traceSpan { line.member("trace", span) }
        line.member("method", shortened(record.method, 32))
        line.member("path", shortened(record.path, 256))
        if let target = record.target {
          line.member("id", target.id.description)
          line.member("token", target.token)
        }
        line.member("status", record.status)
        line.member("reason", shortened(refusal, 1_024))
      }, isDurable: false)
  }

  /// The end of a change that no call of the API made.
  public func conclude(_ author: ChangeAuthor) { append(line("done", author.call) { _ in }, isDurable: false) }

  public func reopen() {
    do throws(AuditFile.Problem) { try file.reopen() } catch { report(error.description) }
  }

  private func line(_ event: String, _ call: UInt64, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { line in
      line.member("time", Timestamp(nanoseconds: now()).rfc3339)
      line.member("event", event)
      line.member("call", String(call, radix: 16))
      body(&line)
    }
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  @discardableResult
  private func append(_ line: [UInt8], isDurable: Bool) -> Bool {
    do throws(AuditFile.Problem) {
      try file.append(line, isDurable: isDurable)
      if isFailing { report(nil) }
      isFailing = false
      return true
    } catch {
      // Once, not for every call.
      if !isFailing { report(error.description) }
      isFailing = true
      return false
    }
  }

  /// Cut at a character, so that what a client sends cannot fill the disk.
  private func shortened(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
  }
}

extension ChangeIntent {
  fileprivate var operation: String {
    switch change {
    case .authorization(nil, _), .token(nil, _): "create"
    case .authorization(_, nil), .token(_, nil): "delete"
    case .authorization(let before?, let after?) where before.passwordHash != after.passwordHash: "set-password"
    case .authorization, .token: "update"
    }
  }
}

extension ChangeAuthor.Party {
  fileprivate var spoken: String {
    switch self {
    case .token(let id): "token:\(id)"
    case .process(let user): "uid:\(user)"
    case .configuration: "configuration"
    }
  }
}

extension JSONWriter {
  fileprivate mutating func authorization(_ authorization: Authorization) {
    member("kind", "authorization")
    member("id", authorization.id.description)
    member("token", authorization.token)
    member("status", authorization.status.rawValue)
    member("description", authorization.description)
    member("orgID", authorization.organizationID.description)
    member("userID", authorization.userID.description)
    permissions(authorization.permissions)
    member("hasPassword", authorization.passwordHash != nil)
    if let date = authorization.previousPassword?.expiresAt {
      member("previousPasswordExpiresAt", Timestamp(nanoseconds: date).rfc3339)
    }
    if let date = authorization.expiresAt { member("expiresAt", Timestamp(nanoseconds: date).rfc3339) }
    member("origin", authorization.origin == .declared ? "declared" : "stored")
  }

  fileprivate mutating func token(_ token: APIToken) {
    member("kind", "token")
    member("id", token.id.description)
    member("status", token.status.rawValue)
    member("description", token.description)
    member("orgID", token.organizationID.description)
    member("userID", token.userID.description)
    permissions(token.permissions)
    if let date = token.expiresAt { member("expiresAt", Timestamp(nanoseconds: date).rfc3339) }
    member("origin", token.origin == .declared ? "declared" : "stored")
  }

  private mutating func permissions(_ permissions: [Permission]) {
    member(
      "permissions",
      array: { array in
        for permission in permissions { array.element(.string(permission.description)) }
      })
  }
}
