// Whether what was established or permitted a while ago still is.

import Access
import Authorizations
import Formats

extension DecisionState {
  /// Whether a credential is still what it was when it was accepted.
  func stands(_ principal: Principal) -> Bool {
    if let expiresAt = principal.expiresAt, expiresAt <= WallClock.system() { return false }
    switch principal.kind {
    case .login:
      guard let login = snapshot.authorizations[principal.id] else { return false }
      return login.status == .active && login.revision == principal.revision
    case .token:
      guard let token = snapshot.tokens[principal.id] else { return false }
      return token.status == .active && token.revision == principal.revision
    }
  }

  /// Whether what became of a credential a while ago would be the same now, without a look at the credential.
  func stands(_ outcome: AuthenticationOutcome) -> Bool {
    switch outcome {
    case .authenticated(let principal): stands(principal)
    case .upstreamToken: true
    case .refused, .throttled, .overloaded: false
    }
  }

  /// Why a request that was permitted must not go on, or nil.
  ///
  /// - Parameter decidedUnder: the state that it was permitted under; renewed where it still is.
  func objection(to request: UpstreamRequest, _ decidedUnder: inout Generations) -> Refusal? {
    guard case .permit(let permit) = request.authority else { return nil }
    let lost = Refusal.unauthenticated(CredentialCheck.message(of: .failed, settings.dialect))
    if let expiresAt = permit.principal.expiresAt, expiresAt <= WallClock.system() { return lost }
    guard generations != decidedUnder else { return nil }
    guard let holder = holder(as: permit.principal) else { return lost }
    do throws(Denial) {
      guard let requirements = Requirements(permit.grants.map(\.requirement)) else { return lost }
      let renewed = try Authorizer(directory: directory).grants(requirements, for: holder)
      // What its names mean was written into the request.
      let isSame = zip(renewed, permit.grants).allSatisfy { new, old in
        new.mappings.map(\.bucketID) == old.mappings.map(\.bucketID)
      }
      guard isSame else { return .unavailable("the database has changed, try again") }
    } catch {
      return error.reason == .notPermitted
        ? .denied("not permitted any longer") : .unavailable("the database has changed, try again")
    }
    decidedUnder = generations
    return nil
  }

  /// Who held the credential, with the rights of today; nil where it has ended or changed.
  private func holder(as principal: Principal) -> Principal? {
    guard stands(principal) else { return nil }
    return switch principal.kind {
    case .login: snapshot.authorizations[principal.id].map { Principal($0) }
    case .token: snapshot.tokens[principal.id].map { Principal($0) }
    }
  }
}
