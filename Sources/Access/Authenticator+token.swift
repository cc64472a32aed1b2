// The way of an API token without a name beside it.

import Authorizations
import Threading

extension Authenticator {
  func authenticate(
    token text: [UInt8], refusal: CredentialRefusal, source: SourceAddress, snapshot: AuthorizationSnapshot,
    now: Instant
  ) -> AuthenticationOutcome {
    switch TokenSecret.present(text, in: snapshot, at: wallClock()) {
    case .active(let token): return .authenticated(Principal(token))
    case .inactive(let token): return .refused(refusal, RefusalCause(token))
    case .unknown:
      // What looks like a token of ours is none of the upstream's business, even when it was revoked.
      guard upstreamTakesTokens, !TokenSecret.hasForm(text) else { return .refused(refusal, .unknownToken) }
      let remembered = tokenDigest(text, source: source)
      // No login has an empty name, so tokens are counted apart from logins.
      let attempt = attemptDigest(name: [], source: source)
      if !familiar.contains(remembered), let seconds = pool.pause(of: attempt, now: now) {
        return .throttled(retryAfterSeconds: seconds)
      }
      return .upstreamToken(
        UpstreamToken(
          text: text, isPassword: false, refusal: refusal, remembered: remembered, attempt: attempt, source: source))
    }
  }

  private func tokenDigest(_ text: [UInt8], source: SourceAddress) -> Digest {
    var mac = key.begin(.upstreamToken)
    mac.append(source)
    mac.append(text)
    return mac.finish()
  }
}
