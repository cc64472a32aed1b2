// What went wrong on the upstream's side of an exchange.

public import HTTP

public enum UpstreamFailure: Error, Sendable, Equatable {
  /// Refused, no route, no such name, or a TLS handshake that failed verification. Nothing was sent.
  /// - member: `host:port`; empty where none was chosen.
  case unreachable(String, member: String = "")
  /// The connection broke before the response was whole.
  case reset
  /// What came is not an HTTP response.
  case malformed(HeadProblem)
  /// Nothing came in time.
  case timedOut
  /// No connection came free in time; nothing was sent.
  case exhausted
  /// The upstream refused the gateway's own credential.
  case credentialRefused(Int)
  /// The upstream sends the client elsewhere, which is inside and nobody's business.
  case redirected(Int)

  /// The status that tells the client (design: what may pass later is never a 4xx on a write).
  public var status: Int {
    switch self {
    case .unreachable, .reset, .malformed, .credentialRefused, .redirected: 502
    case .timedOut: 504
    case .exhausted: 503
    }
  }

  /// For the client. Must not contain a text that makes Telegraf drop a batch on a 5xx.
  public var reason: String {
    switch self {
    case .unreachable: "upstream unreachable"
    case .reset: "upstream closed the connection before answering"
    case .malformed: "upstream sent a malformed response"
    case .timedOut: "upstream did not answer in time"
    case .exhausted: "too many requests are waiting for the upstream"
    case .credentialRefused: "upstream refused the gateway's credential"
    case .redirected: "upstream answered with a redirect"
    }
  }

  /// Who could not be reached, `host:port`; empty where that is not what failed.
  public var member: String { if case .unreachable(_, let member) = self { member } else { "" } }

  /// For the log.
  public var detail: String {
    switch self {
    case .unreachable(let why, _): "\(reason): \(why)"
    case .malformed(let problem): "\(reason): \(problem.reason)"
    case .credentialRefused(let status), .redirected(let status): "\(reason) with \(status)"
    default: reason
    }
  }
}
