// What is to become of a login; what is nil stays as it is.

import Authorizations

struct LoginChanges {
  var status: Status?
  var description: String?
  /// The outer nil for no change, the inner one for never.
  var expiresAt: Int64??
}
