// What the audit log says of one management call: who, from where, about whom. Never a secret.

import Authorizations
public import Formats
import ManagementAPI

/// Handed to the audit for every call that changes something or was refused, never for a plain read that succeeded.
public struct AuditRecord: Sendable {
  public enum Operation: String, Sendable {
    case create, update, delete
    case setPassword = "set-password"
    /// A read, or what is no operation at all: recorded only where it was refused.
    case other
  }

  /// The authorization that was to be changed.
  public struct Target: Sendable, Equatable {
    public let id: Identifier
    /// The v1 user name.
    public let token: String

    init(_ authorization: Authorization) {
      id = authorization.id
      token = authorization.token
    }
  }

  public internal(set) var operation = Operation.other
  /// The API token's identifier; nil where nobody was authenticated.
  public internal(set) var caller: Identifier?
  public let source: String
  public let traceSpan: String?
  /// Ties the record to the intents of the same call.
  public let call: UInt64
  public let method: String
  public let path: String
  /// nil for what was to be made, and where there is none.
  public internal(set) var target: Target?
  public internal(set) var status = 0
  /// What of its body had no effect, by name.
  public internal(set) var ignored: String?
  /// Why the call was refused.
  public internal(set) var refusal: String?

  init(_ request: ManagementCall) {
    source = request.source
    traceSpan = request.usableTraceSpan
    call = .random(in: 1 ... .max)
    method = request.method
    path = request.path
  }

  var isWorthKeeping: Bool { operation != .other || refusal != nil }
}

extension AuditRecord.Operation {
  init(_ route: ManagementRoute?, _ method: String) {
    self =
      switch (route, method) {
      case (.authorizations, "POST"): .create
      case (.authorization, "PATCH"): .update
      case (.authorization, "DELETE"): .delete
      case (.password, "POST"): .setPassword
      default: .other
      }
  }
}
