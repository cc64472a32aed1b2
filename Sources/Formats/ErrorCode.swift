// The error codes of InfluxDB 2.x, each with its status.

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

  /// The code that an answer of `status` carries; what has none of its own is an internal error.
  public init(status: Int) {
    self =
      switch status {
      case 400, 411, 431, 505: .invalid
      case 401: .unauthorized
      case 403: .forbidden
      case 404: .notFound
      case 405: .methodNotAllowed
      case 413: .requestTooLarge
      case 415: .unsupportedMediaType
      case 422: .unprocessableEntity
      case 429: .tooManyRequests
      case 501: .notImplemented
      case 502, 503, 504: .unavailable
      default: .internalError
      }
  }
}
