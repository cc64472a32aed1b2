// A login that is to be made.

import Authorizations
import Formats

struct NewLogin {
  /// How much of what its permissions name must be there.
  enum Existence {
    /// Buckets, as the published API says.
    case buckets
    /// Databases too.
    case databases
    /// Nothing that is named: a name is kept and means what is made later.
    case nothingNamed
  }

  /// The v1 user name.
  var name: String
  var status: Status
  var description: String
  var organizationID: Identifier
  /// nil for the caller.
  var userID: Identifier?
  var permissions: [Permission]
  /// Nanoseconds since 1970; nil for never.
  var expiresAt: Int64?
  var mustExist: Existence
}
