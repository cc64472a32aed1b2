// What can be done with logins: who asks, may they, the change, and what is written down of it.

import Authorizations
import Formats
import Threading

/// Knows no HTTP, so that whoever else is let do these things does exactly them. On the thread that owns the registry.
struct AuthorizationOperations {
  let registry: AuthorizationRegistry
  let directory: Publication<Directory>
  let passwordRules: PasswordRules
  /// Of passwords that were replaced and count for a while.
  let previousUses: LastUses
  /// Told how every attempt to change something ended: what the store says is for the log, not for a client.
  let noteChange: (ChangeError?) -> Void

  /// Existence is tested before permission, as on the real server: identifiers are no secret.
  func authorization(_ id: Identifier) throws(ManagementError) -> Authorization {
    guard let found = registry.snapshot.authorizations[id] else { throw .authorizationNotFound }
    return found
  }

  /// - Parameter changes: read once it is known that the caller may make any, so that nobody else learns what is wrong
  ///   with them.
  func update(
    _ id: Identifier, _ account: inout OperationAccount, _ changes: () throws(ManagementError) -> LoginChanges
  ) throws(ManagementError) -> Authorization {
    let present = try authorization(id)
    account.target = AuditRecord.Target(present)
    try account.caller.demandRead(present)
    try account.caller.demandWrite(present)
    let changes = try changes()
    let author = account.author
    let changed = try change { () throws(ChangeError) in
      try registry.updateAuthorization(present.id, by: author) {
        if let expiresAt = changes.expiresAt { $0.expiresAt = expiresAt }
        if let status = changes.status { $0.status = status }
        if let description = changes.description { $0.description = description }
      }
    }
    account.changedNothing = changed.revision == present.revision
    return changed
  }

  func delete(_ id: Identifier, _ account: inout OperationAccount) throws(ManagementError) {
    let present = try authorization(id)
    account.target = AuditRecord.Target(present)
    try account.caller.demandWrite(present)
    let author = account.author
    try change { () throws(ChangeError) in try registry.deleteAuthorization(present.id, by: author) }
  }

  enum PasswordStep {
    case isSet
    case needsHash(of: [UInt8], for: Identifier)
  }

  /// - Parameters:
  ///   - made: what became of the hash that an earlier step wanted; nil where this is the first.
  ///   - previousExpiresAt: until when the password before counts, nanoseconds since 1970; read once the caller may.
  func setPassword(
    _ password: String, of id: Identifier, made: NewPassword?, _ account: inout OperationAccount,
    previousExpiresAt: () throws(ManagementError) -> Int64?
  ) throws(ManagementError) -> PasswordStep {
    let present = try authorization(id)
    account.target = AuditRecord.Target(present)
    try account.caller.demand(.write, user: present.userID)
    // The real server asks no more. But a user may own logins in organizations that the token has nothing to do with.
    if present.organizationID != account.caller.token.organizationID { try account.caller.demandWrite(present) }
    if let problem = passwordRules.problem(password) { throw ManagementError(.invalid, problem) }
    let keepsUntil = try previousExpiresAt()
    // Before the costly hash, not after it.
    guard present.origin == .stored else { throw .declared }
    let hash: String
    switch made {
    case nil: return .needsHash(of: Array(password.utf8), for: present.id)
    case .hashed(let made): hash = made
    case .failed: throw ManagementError(.internalError, "the password could not be hashed")
    case .refused: throw ManagementError(.unavailable, "too many passwords are being changed, try again")
    }
    let author = account.author
    _ = try change { () throws(ChangeError) in
      try registry.updateAuthorization(present.id, by: author) {
        let previous = $0.passwordHash
        $0.previousPassword = nil
        if let keepsUntil, let previous {
          $0.previousPassword = PreviousPassword(hash: previous, expiresAt: keepsUntil)
        }
        $0.passwordHash = hash
      }
    }
    previousUses.forget(present.id)
    return .isSet
  }

  func checkDescription(_ text: String) throws(ManagementError) {
    guard text.utf8.count <= Self.longestDescription else {
      throw ManagementError(.invalid, "description must not be longer than \(Self.longestDescription) bytes")
    }
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
  static let unableToCreate = ManagementError(.invalid, "unable to create token")
  static let tokenExists = ManagementError(.conflict, "token already exists")
}
