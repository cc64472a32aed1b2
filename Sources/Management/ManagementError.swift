// A refusal of the management API: one of InfluxDB's error codes, which decides the status, and a text.

/// The closed list of codes; clients fail to decode any other.
public enum ErrorCode: String, Sendable, CaseIterable {
  case invalid
  case emptyValue = "empty value"
  case unauthorized
  case forbidden
  case notFound = "not found"
  case methodNotAllowed = "method not allowed"
  case conflict
  case unprocessableEntity = "unprocessable entity"
  case requestTooLarge = "request too large"
  case unsupportedMediaType = "unsupported media type"
  case tooManyRequests = "too many requests"
  case internalError = "internal error"
  case notImplemented = "not implemented"
  case unavailable

  public var status: Int {
    switch self {
    case .invalid, .emptyValue: 400
    case .unauthorized: 401
    case .forbidden: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .requestTooLarge: 413
    case .unsupportedMediaType: 415
    // Not 409: so the real server maps it.
    case .conflict, .unprocessableEntity: 422
    case .tooManyRequests: 429
    case .internalError: 500
    case .notImplemented: 501
    case .unavailable: 503
    }
  }
}

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
