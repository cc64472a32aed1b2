// In whose name something is done, and what the audit will say of it.

import Authorizations

struct OperationAccount {
  let caller: Caller
  let author: ChangeAuthor
  var target: AuditRecord.Target?
  /// A change that left everything as it was is none to be accounted for.
  var changedNothing = false

  init(caller: Caller, author: ChangeAuthor) {
    self.caller = caller
    self.author = author
  }
}
