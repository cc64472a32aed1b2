// What went wrong on the upstream's side of an exchange: what, when, with whom, and whether it may be tried once more.

public import HTTP

public struct UpstreamFailure: Error, Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Refused, no route or no such name, in words for the log. Nothing was sent.
    case unreachable(String)
    /// The TLS handshake did not come about, or showed somebody else; OpenSSL's words. Nothing was sent.
    case handshake(String)
    /// The connection broke before the response was whole.
    case reset
    /// What came is not an HTTP response.
    case malformed(HeadProblem)
    /// Its body is not what it has to be.
    case unreadable
    /// More than is read here.
    case answerTooLarge
    /// Nothing came in time.
    case timedOut
    /// No connection came free in time, or it was taken back for others.
    case exhausted
    /// The upstream refused the gateway's own credential.
    case credentialRefused(Int)
    /// The upstream sends the client elsewhere, which is inside and nobody's business.
    case redirected(Int)
  }

  /// How far the exchange had come.
  public enum Phase: Sendable, Equatable {
    /// There was no connection yet: nothing was sent.
    case connecting
    /// A part of the request may have left.
    case sending
    /// The request is whole, and nothing of the response has come.
    case awaiting
    /// The response has begun.
    case receiving
  }

  public let kind: Kind
  public let phase: Phase
  /// Who it was, `host:port`; nil where no member was chosen.
  public let member: String?
  /// Whether the same request may be sent once more: the connection had been used before and broke before the first byte
  /// of a response, which is what a keep-alive connection that the upstream just closed looks like.
  public let mayRepeat: Bool

  public init(_ kind: Kind, _ phase: Phase, member: String? = nil, mayRepeat: Bool = false) {
    self.kind = kind
    self.phase = phase
    self.member = member
    self.mayRepeat = mayRepeat
  }

  /// The status that tells the client (what may pass later is never a 4xx on a write: clients drop what they wrote on that).
  public var status: Int {
    switch kind {
    case .unreachable, .handshake, .reset, .malformed, .unreadable, .answerTooLarge, .credentialRefused, .redirected:
      502
    case .timedOut: 504
    case .exhausted: 503
    }
  }

  /// For the client. Must not contain a text that makes Telegraf drop a batch on a 5xx.
  public var reason: String {
    switch kind {
    case .unreachable, .handshake: "upstream unreachable"
    case .reset: "upstream closed the connection before answering"
    case .malformed, .unreadable, .answerTooLarge: "upstream sent a malformed response"
    case .timedOut: "upstream did not answer in time"
    case .exhausted: "too many requests are waiting for the upstream"
    case .credentialRefused: "upstream refused the gateway's credential"
    case .redirected: "upstream answered with a redirect"
    }
  }

  /// For the log.
  public var detail: String {
    switch kind {
    case .unreachable(let why): "\(reason): \(why)"
    case .handshake(let why): "\(reason): TLS: \(why)"
    case .malformed(let problem): "\(reason): \(problem.reason)"
    case .unreadable: "\(reason): its body cannot be read"
    case .answerTooLarge: "\(reason): it is longer than what is read here"
    case .credentialRefused(let status), .redirected(let status): "\(reason) with \(status)"
    case .reset, .timedOut, .exhausted: reason
    }
  }
}
