// A refusal of the management API: one of InfluxDB's error codes, which decides the status, and a text.

public import Formats

public struct ManagementError: Error, Sendable {
  public var code: ErrorCode
  public var message: String
  /// For the log where it says more than the message; never holds a secret.
  var detail: String?
  /// Fields beside those of every refusal.
  var fields: [(name: String, value: String)] = []

  public init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
    switch code {
    // RFC 9110 §15.5.2 demands a challenge; the real server sends none.
    case .unauthorized: fields = [("WWW-Authenticate", "Token realm=\"InfluxDB\"")]
    case .unavailable, .tooManyRequests: fields = [("Retry-After", "1")]
    default: break
    }
  }

  /// RFC 9110 §15.5.6 demands `Allow`; the real server sends an empty body without it.
  static func methodNotAllowed(_ method: String, allowed: String) -> ManagementError {
    var error = ManagementError(.methodNotAllowed, "method not allowed")
    error.fields = [("Allow", allowed)]
    return error
  }

  static let authorizationNotFound = ManagementError(.notFound, "authorization not found")
  /// - Parameter cause: for the log alone.
  static func unauthorizedAccess(_ cause: String) -> ManagementError {
    var error = ManagementError(.unauthorized, "unauthorized access")
    error.detail = "\(error.message): \(cause)"
    return error
  }

  static let pathNotFound = ManagementError(.notFound, "path not found")
}
