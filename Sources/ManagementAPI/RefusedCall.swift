// A call of the management API that was refused before it came there: its path cannot be decoded, its body is too long.

/// For the audit; nobody was authenticated.
public struct RefusedCall: Sendable {
  /// What was read of it: no body, no fields.
  public let call: ManagementCall
  /// Of HTTP.
  public let status: Int
  public let reason: String

  public init(_ call: ManagementCall, status: Int, reason: String) {
    self.call = call
    self.status = status
    self.reason = reason
  }
}
