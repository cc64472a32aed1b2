// What the service says to a call: its answer, or what it needs first.

import Authorizations
public import Formats
public import ManagementAPI

public enum ManagementReply {
  case answer(ManagementAnswer)
  /// Permitted so far, but for the hash of this password, which takes long: answer again with it. For the same login in
  /// the order in which it was asked for, or an earlier password would come to stand over a later one.
  case needsHash(of: [UInt8], for: Identifier)
}

/// What became of hashing a new password.
public enum NewPassword: Sendable {
  case hashed(String)
  case failed
  /// Too many are being hashed.
  case refused
}
