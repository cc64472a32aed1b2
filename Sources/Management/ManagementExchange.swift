// One call on its way through the service, with what the audit will say of it.

import Authorizations
import ManagementAPI

struct ManagementExchange {
  let request: ManagementCall
  let newPassword: NewPassword?
  var record: AuditRecord
  var ignored = IgnoredMembers()

  init(request: ManagementCall, newPassword: NewPassword? = nil) {
    self.request = request
    self.newPassword = newPassword
    record = AuditRecord(request)
  }

  /// Does something in the name of `caller`. What came of it is told to the audit, also where it was refused.
  mutating func account<Result>(
    of caller: Caller, _ body: (inout OperationAccount) throws(ManagementError) -> Result
  ) throws(ManagementError) -> Result {
    var account = OperationAccount(
      caller: caller,
      author: ChangeAuthor(
        .token(caller.token.id), source: record.source, traceSpan: record.traceSpan, call: record.call))
    defer {
      record.target = account.target
      if account.changedNothing { record.operation = .other }
    }
    return try body(&account)
  }
}
