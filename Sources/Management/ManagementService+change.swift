// PATCH, DELETE and the password of one authorization.

import Authorizations
import Formats
import ManagementAPI

extension ManagementService {
  /// Changes `status` and `description`; other members have no effect, as on the real server.
  func update(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let id = try Identifier(managed: id)
    let request = exchange.request
    var body = try UpdateBody(request.body)
    if !request.wantsExtensions, body.expiresAt.isSaid { body.ignored.note("expiresAt") }
    exchange.ignored = body.ignored
    let changed = try exchange.account(of: caller) { (account) throws(ManagementError) in
      try operations.update(id, &account) { () throws(ManagementError) in
        var changes = LoginChanges()
        if let text = body.status {
          // An empty status would silently re-activate a login on the real server.
          guard let status = Status(rawValue: text) else {
            throw ManagementError(.invalid, "unknown authorization status")
          }
          changes.status = status
        }
        try operations.checkDescription(body.description ?? "")
        changes.description = body.description
        if request.wantsExtensions { changes.expiresAt = try body.expiresAt.read() }
        return changes
      }
    }
    return shown(200, changed, request)
  }

  func delete(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementAnswer {
    let id = try Identifier(managed: id)
    try exchange.account(of: caller) { (account) throws(ManagementError) in try operations.delete(id, &account) }
    return .noContent
  }

  func setPassword(
    _ id: String, _ exchange: inout ManagementExchange, _ caller: Caller
  ) throws(ManagementError) -> ManagementReply {
    // The body before the identifier: the real server reads them in this order.
    var body = try PasswordBody(exchange.request.body)
    let id = try Identifier(managed: id)
    let (made, isExtended) = (exchange.newPassword, exchange.request.wantsExtensions)
    var ignored = exchange.ignored
    let step = try exchange.account(of: caller) { (account) throws(ManagementError) in
      try operations.setPassword(body.password, of: id, made: made, &account) { () throws(ManagementError) in
        if !isExtended, body.previousPasswordExpiresAt.isSaid { body.ignored.note("previousPasswordExpiresAt") }
        ignored = body.ignored
        return isExtended ? try body.previousPasswordExpiresAt.read() ?? nil : nil
      }
    }
    exchange.ignored = ignored
    switch step {
    case .isSet: return .answer(.noContent)
    case .needsHash(let password, let id): return .needsHash(of: password, for: id)
    }
  }
}
