// Traffic that is none of gatehouse's own kinds: passed through with the client's own credential, or not served.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  /// The verdict on `.directory` and `.other`, or nil for routes that gatehouse decides itself.
  ///
  /// A credential that is known here never goes upstream: such a request is answered from the directory, or refused.
  func judgeForeign(
    _ route: Route, _ view: RequestView, _ credential: Credential, _ progress: Progress
  ) throws(Interruption) -> Verdict? {
    switch route {
    case .directory, .other: break
    case .flux, .deletion:
      // Of the upstream's own tokens and sessions the upstream judges.
      guard settings.dialect == .influxDB2, !belongsHere(credential), isPassedThrough(view.path) else { return nil }
    default: return nil
    }
    if case .refused(.ambiguous) = credential { throw .refuse(.malformed(CredentialRefusal.ambiguous.message)) }
    if belongsHere(credential) {
      guard route == .directory, case .token = credential else {
        throw .refuse(settings.dialect == .influxDB1 ? .notFound : .denied("not permitted with this credential"))
      }
      guard view.client.services.contains(.management) else { throw .refuse(.notFound) }
      return try manage(view, progress)
    }
    guard view.client.services.contains(.data), isPassedThrough(view.path) else {
      // In front of 1.x there is nobody else whose token this could be.
      if route == .directory, view.client.services.contains(.management) { return try manage(view, progress) }
      throw .refuse(.notFound)
    }
    return .forward(
      UpstreamRequest(
        passing: RequestLine(
          view.head.method, methodText: view.bytes[bytes: view.head.methodRange], checkedTarget: originForm(view)),
        hop: view.client.hop, settings: settings,
        isRepeatable: view.head.method == .get || view.head.method == .head))
  }

  private func originForm(_ view: RequestView) -> UnsafeRawBufferPointer {
    let end = view.head.query?.end ?? view.head.path.end
    return view.bytes[bytes: ByteRange(view.head.path.start, upTo: end)]
  }

  private func isPassedThrough(_ path: UnsafeRawBufferPointer) -> Bool {
    switch settings.other {
    case .passThrough: true
    case .deny: false
    case .paths(let paths): paths.contains { path.elementsEqual($0) }
    }
  }

  /// Whether a credential is a token or login of gatehouse, right or wrong, active or not.
  private func belongsHere(_ credential: Credential) -> Bool {
    switch credential {
    case .token(let text, _): APIToken.claimedIdentifier(of: String(decoding: text, as: UTF8.self)) != nil
    case .login(let name, let password):
      APIToken.claimedIdentifier(of: String(decoding: password, as: UTF8.self)) != nil
        || String(validating: name, as: UTF8.self).flatMap { snapshot.authorization(named: $0) } != nil
    case .none, .refused: false
    }
  }
}
