// PATCH, DELETE and the password of one authorization.

import Authorizations
import Formats
import ManagementAPI

extension ManagementService {
  /// Changes `status` and `description`; other members have no effect, as on the real server.
  func update(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    _ = try identifier(id)
    var body = try UpdateBody(exchange.request.body)
    if !exchange.request.wantsExtensions, body.expiresAt.isSaid { body.ignored.note("expiresAt") }
    exchange.ignored = body.ignored
    let present = try authorization(id)
    exchange.record.before = AuditRecord.State(present)
    try caller.demandRead(present)
    try caller.demandWrite(present)
    // An empty status would silently re-activate a login on the real server.
    let status = body.status.map { Status(rawValue: $0) }
    if case .some(nil) = status { throw ManagementError(.invalid, "unknown authorization status") }
    try checkDescription(body.description ?? "")
    let expiresAt = exchange.request.wantsExtensions ? try body.expiresAt.read() : nil
    let author = exchange.author(caller)
    let changed = try change { () throws(ChangeError) in
      try registry.updateAuthorization(present.id, by: author) {
        if let expiresAt { $0.expiresAt = expiresAt }
        if case .some(.some(let status)) = status { $0.status = status }
        if let description = body.description { $0.description = description }
      }
    }
    exchange.record.after = AuditRecord.State(changed)
    // A call that left everything as it was is no change to be accounted for.
    if changed.revision == present.revision { exchange.record.operation = .other }
    return shown(200, changed, exchange.request)
  }

  func delete(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let present = try authorization(id)
    exchange.record.before = AuditRecord.State(present)
    try caller.demandWrite(present)
    let author = exchange.author(caller)
    try change { () throws(ChangeError) in try registry.deleteAuthorization(present.id, by: author) }
    return .noContent
  }

  func setPassword(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementReply {
    // The body before the identifier: the real server reads them in this order.
    var body = try PasswordBody(exchange.request.body)
    let password = body.password
    let present = try authorization(id)
    exchange.record.before = AuditRecord.State(present)
    try caller.demand(.write, user: present.userID)
    // The real server asks no more. But a user may own logins in organizations that the token has nothing to do with.
    if present.organizationID != caller.token.organizationID { try caller.demandWrite(present) }
    if let problem = passwordRules.problem(password) { throw ManagementError(.invalid, problem) }
    if !exchange.request.wantsExtensions, body.previousPasswordExpiresAt.isSaid {
      body.ignored.note("previousPasswordExpiresAt")
    }
    exchange.ignored = body.ignored
    let keepsUntil = exchange.request.wantsExtensions ? try body.previousPasswordExpiresAt.read() : nil
    // Before the costly hash, not after it.
    guard present.origin == .stored else { throw .declared }
    let hash: String
    switch exchange.newPassword {
    case nil: return .needsHash(of: Array(password.utf8), for: present.id)
    case .hashed(let made): hash = made
    case .failed: throw ManagementError(.internalError, "the password could not be hashed")
    case .refused: throw ManagementError(.unavailable, "too many passwords are being changed, try again")
    }
    let author = exchange.author(caller)
    let changed = try change { () throws(ChangeError) in
      try registry.updateAuthorization(present.id, by: author) {
        let previous = $0.passwordHash
        $0.previousPassword = nil
        if case .some(.some(let expiresAt)) = keepsUntil, let previous {
          $0.previousPassword = PreviousPassword(hash: previous, expiresAt: expiresAt)
        }
        $0.passwordHash = hash
      }
    }
    previousUses.forget(present.id)
    exchange.record.after = AuditRecord.State(changed)
    return .answer(.noContent)
  }

  func change<Result>(_ body: () throws(ChangeError) -> Result) throws(ManagementError) -> Result {
    do throws(ChangeError) {
      let result = try body()
      noteChange(nil)
      return result
    } catch {
      noteChange(error)
      switch error {
      case .nameTaken: throw .tokenExists
      case .notFound: throw .authorizationNotFound
      case .readOnly: throw .declared
      case .unavailable: throw ManagementError(.unavailable, "the store is out of reach; nothing was changed")
      case .unrecorded: throw ManagementError(.unavailable, "the audit log cannot be written; nothing was changed")
      }
    }
  }
}

extension ManagementError {
  static let declared = ManagementError(.forbidden, "declared in the configuration file")
}
