// The way of an API token without a name beside it.

import Authorizations

extension Authenticator {
  func authenticate(
    token text: [UInt8], refusal: CredentialRefusal, source: SourceAddress, snapshot: AuthorizationSnapshot
  ) -> AuthenticationOutcome {
    switch TokenSecret.present(text, in: snapshot) {
    case .active(let token): return .authenticated(Principal(token))
    case .inactive: return .refused(refusal)
    case .unknown:
      // What looks like a token of ours is none of the upstream's business, even when it was revoked.
      guard upstreamTakesTokens, !TokenSecret.hasForm(text) else { return .refused(refusal) }
      return .upstreamToken(
        UpstreamToken(
          text: text, isPassword: false, refusal: refusal, remembered: nil,
          attempt: attemptDigest(name: [], source: source), source: source))
    }
  }
}
