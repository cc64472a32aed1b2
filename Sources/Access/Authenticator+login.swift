// The way of a name and a password.

public import Authorizations
import Formats
import Threading

extension Authenticator {
  func authenticate(
    name: [UInt8], password: [UInt8], source: SourceAddress, snapshot: AuthorizationSnapshot, now: Instant
  ) -> Authentication {
    let time = wallClock()
    let asked = PresentedLogin(name: name, password: password, source: source, in: snapshot, at: time)
    let login = asked.login
    let isActive = login?.isActive(at: time) ?? false

    // What this source was accepted with before passes without a look at the gate, so that a flood of wrong passwords
    // shuts out nobody who is already in, not even behind the same address. Only an active login can be in there.
    if let login, isActive, let choice = familiar.choice(of: digest(.familiar, asked)) {
      return .settled(.authenticated(Principal(login, at: time, isPrevious: choice == .previous)))
    }
    let token = TokenSecret.present(password, in: snapshot, at: time)
    if mayBeToken(password, token), familiar.contains(digest(.tokenAsPassword, asked)) {
      return .settled(outcome(ofToken: token, asked, isRemembered: true))
    }

    // From here on, what is found out is what an attempt is after: first the gate.
    let attempt = attemptDigest(name: name, source: source)
    if let seconds = pool.pause(of: attempt, now: now) { return .settled(.throttled(retryAfterSeconds: seconds)) }
    let verification = digest(.verified, asked)
    if let login, isActive, let choice = verified.choice(of: verification) {
      pool.recordSuccess(of: attempt)
      familiar.insert(digest(.familiar, asked), choice)
      return .settled(.authenticated(Principal(login, at: time, isPrevious: choice == .previous)))
    }
    let hash = login?.passwordHash.flatMap { PasswordHash($0) }
    var isOwnToken = false
    if case .active = token { isOwnToken = true }
    return .pending(
      PendingVerification(
        asked: asked,
        job: HashJob(
          digest: verification, password: password, hash: hash ?? unmatchable,
          alternative: hash == nil ? nil : asked.previous.flatMap { PasswordHash($0.hash) }, mayMatch: hash != nil,
          isRemembered: isActive),
        applicant: HashApplicant(
          source: source, attempt: attempt, matchSucceeds: isActive, mismatchFails: !isOwnToken)))
  }

  /// Ends a verification by the snapshot of this moment, which may differ from the one it began with.
  public func conclude(
    _ verification: PendingVerification, _ result: VerificationResult, snapshot: AuthorizationSnapshot
  ) -> AuthenticationOutcome {
    guard result.digest == verification.job.digest else { return .refused(.failed, .changed) }
    let time = wallClock()
    let before = verification.asked
    let asked = before.again(in: snapshot, at: time)
    let login = asked.login
    switch result.verdict {
    case .unavailable: return .overloaded
    case .matches, .matchesPrevious:
      let isPrevious = result.verdict == .matchesPrevious
      // The password was right for the hash of then: it counts if that is still the hash of the same login.
      guard let login, let earlier = before.login, login.id == earlier.id, login.isActive(at: time),
        let hash = login.passwordHash, let hashBefore = earlier.passwordHash,
        hash.utf8.elementsEqual(hashBefore.utf8)
      else { return .refused(.failed, cause(ofRightPassword: login, before: before.login, at: time)) }
      // Which of two passwords it was is not known: where one of them has gone meanwhile, it is asked anew.
      guard asked.previous == before.previous else { return .overloaded }
      // Remembered for the revision that was verified alone.
      if login.revision == earlier.revision {
        familiar.insert(digest(.familiar, asked), isPrevious ? .previous : .current)
      }
      return .authenticated(Principal(login, at: time, isPrevious: isPrevious))
    case .differs:
      let token = TokenSecret.present(asked.password, in: snapshot, at: time)
      // That it is not the login's password was found out for the state of then.
      let isCurrent = login == before.login
      let outcome = outcome(ofToken: token, asked, isRemembered: isCurrent)
      if case .authenticated = outcome, isCurrent {
        familiar.insert(digest(.tokenAsPassword, asked))
      }
      return outcome
    }
  }

  /// What the upstream is to judge after all, once a login was refused here: what it says of it counts for the pair of
  /// name and source, as a success; its failure was counted here.
  public func presented(name: [UInt8], password: [UInt8], source: SourceAddress) -> UpstreamToken {
    UpstreamToken(
      text: password, isPassword: true, refusal: .failed, remembered: nil,
      attempt: attemptDigest(name: name, source: source), source: source, isCounted: true)
  }

  private func cause(ofRightPassword login: Authorization?, before: Authorization?, at time: Int64) -> RefusalCause {
    guard let login, login.id == before?.id else { return .changed }
    guard login.status == .active else { return .inactive }
    return login.isActive(at: time) ? .changed : .expired
  }

  private func digest(_ domain: AuthenticationKey.Domain, _ asked: PresentedLogin) -> Digest {
    asked.digest(domain, by: key)
  }

  func attemptDigest(name: [UInt8], source: SourceAddress) -> Digest {
    var mac = key.begin(.attempt)
    mac.append(source)
    mac.append(name)
    return mac.finish()
  }

  /// Whether a password that did not verify is tried as a token where the upstream has tokens of its own: with 32 bytes or more.
  private func mayBeToken(_ password: [UInt8], _ token: TokenSecret.Presented) -> Bool {
    guard case .active = token else { return upstreamTakesTokens && password.count >= Self.shortestToken }
    return true
  }

  /// What a password is worth as a token, once it is none of its name's.
  private func outcome(
    ofToken token: TokenSecret.Presented, _ asked: PresentedLogin, isRemembered: Bool
  ) -> AuthenticationOutcome {
    switch token {
    case .active(let token): return .authenticated(Principal(token))
    case .inactive(let token): return .refused(.failed, RefusalCause(token))
    case .unknown:
      guard upstreamTakesTokens, asked.password.count >= Self.shortestToken, !TokenSecret.hasForm(asked.password)
      else { return .refused(.failed, cause(ofWrongPassword: asked.login)) }
      return .upstreamToken(
        UpstreamToken(
          text: asked.password, isPassword: true, refusal: .failed,
          remembered: isRemembered ? digest(.tokenAsPassword, asked) : nil,
          attempt: attemptDigest(name: asked.name, source: asked.source), source: asked.source))
    }
  }

  private func cause(ofWrongPassword login: Authorization?) -> RefusalCause {
    guard let login else { return .unknownLogin }
    return login.passwordHash.flatMap { PasswordHash($0) } == nil ? .noPassword : .wrongPassword
  }

  private static let shortestToken = 32
}
