// The labels that counters may have: closed sets.

/// What a request was for.
public enum RequestKind: Int, Sendable, CaseIterable {
  case ping, health, write, query, management, prometheus, other
  /// Nothing that could be read as a request.
  case unreadable
}

/// Why gatehouse itself answered instead of forwarding.
public enum RefusalKind: Int, Sendable, CaseIterable {
  case malformed, unauthenticated, forbidden, throttled, overloaded, unavailable, draining
  case notFound, notAllowed, tooLarge, unsupportedType, notUnderstood, timedOut
}

/// What went wrong with the upstream.
public enum UpstreamFailureKind: Int, Sendable, CaseIterable {
  case connect, tls, closed, malformed
  case timedOut
  /// It refused gatehouse's own credential.
  case credential
}

extension RawRepresentable where Self: CaseIterable {
  /// The name of the case in the spelling of labels: `tooLarge` is `too_large`.
  var label: String {
    "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
