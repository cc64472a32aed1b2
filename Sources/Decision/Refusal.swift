// An answer that gatehouse makes instead of the upstream, before it has a dialect.

/// Why a request is not forwarded, and what its sender is told.
///
/// The statuses follow one rule: on a write, what may pass later is never a 4xx, and no text of a 5xx
/// holds words that make Telegraf drop a batch, but for the two recorded ones that mean a wrong target.
public struct Refusal: Error, Sendable {
  /// What kind of refusal it is, for metrics and the log.
  public enum Kind: String, Sendable {
    case malformed = "malformed request"
    case unauthenticated = "not authenticated"
    case denied = "not permitted"
    case notFound = "not found"
    case methodNotAllowed = "method not allowed"
    case tooLarge = "too large"
    case unsupported = "unsupported"
    case tooSlow = "too slow"
    case unavailable = "unavailable"
    case upstream = "upstream failure"
  }

  /// Of HTTP.
  public var status: Int
  public var kind: Kind
  /// For the client.
  public var message: String
  /// For the log where it differs from the message; never holds a secret.
  public var detail: String?
  /// Of the first thing in a query that was not understood.
  public var position: (line: Int, character: Int)?
  /// For `Allow`; empty unless the method is at fault.
  public var allow: StaticString = ""
  /// Seconds for `Retry-After`; 0 for none.
  public var retryAfter = 0
  /// Whether the connection cannot be read further.
  public var closesConnection = false
  /// Plain text as Go's servers answer for a path or method they do not serve.
  public var isPlainText = false

  public init(
    status: Int, kind: Kind, message: String, detail: String? = nil, position: (line: Int, character: Int)? = nil,
    allow: StaticString = "", retryAfter: Int = 0, closesConnection: Bool = false, isPlainText: Bool = false
  ) {
    self.status = status
    self.kind = kind
    self.message = message
    self.detail = detail
    self.position = position
    self.allow = allow
    self.retryAfter = retryAfter
    self.closesConnection = closesConnection
    self.isPlainText = isPlainText
  }

  /// 400, or another `status` of a request that is not understood.
  public static func malformed(_ message: String, closes: Bool = false, status: Int = 400) -> Refusal {
    Refusal(status: status, kind: .malformed, message: message, closesConnection: closes)
  }

  /// 401 in the words of the client's dialect.
  public static func unauthenticated(_ message: String) -> Refusal {
    Refusal(status: 401, kind: .unauthenticated, message: message)
  }

  /// 403, with what the log says of it where that is more.
  public static func denied(_ message: String, detail: String? = nil) -> Refusal {
    Refusal(status: 403, kind: .denied, message: message, detail: detail)
  }

  /// 404 of a path that is not served.
  public static let notFound = Refusal(status: 404, kind: .notFound, message: "404 page not found", isPlainText: true)

  /// 405 of a path that takes `allow`.
  public static func methodNotAllowed(_ allow: StaticString) -> Refusal {
    Refusal(status: 405, kind: .methodNotAllowed, message: "Method Not Allowed", allow: allow, isPlainText: true)
  }

  /// A body that means nothing, and is too long to be read off within one read.
  public static let ignoredTooLong = Refusal(
    status: 413, kind: .tooLarge, message: "Request Entity Too Large: a body is of no use here",
    closesConnection: true)

  /// 415 of a body that cannot be read.
  public static func unsupported(_ message: String) -> Refusal {
    Refusal(status: 415, kind: .unsupported, message: message)
  }

  /// 503 of what may pass later, with `Retry-After` in seconds.
  public static func unavailable(_ message: String, retryAfter: Int = 1, closes: Bool = false) -> Refusal {
    Refusal(status: 503, kind: .unavailable, message: message, retryAfter: retryAfter, closesConnection: closes)
  }

  /// Not 408: on a write, whose head this may become, Telegraf would take any 4xx for final.
  public static let headTooSlow = Refusal(
    status: 503, kind: .tooSlow, message: "the request head came too slowly", retryAfter: 1, closesConnection: true)

  /// As `headTooSlow`, of a body.
  public static let bodyTooSlow = Refusal(
    status: 503, kind: .tooSlow, message: "the request body came too slowly", retryAfter: 1, closesConnection: true)
}
