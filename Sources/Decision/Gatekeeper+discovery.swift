// What clients of the v2 API ask first, with whatever credential they have: whether the server is ready, which API it
// has, and which buckets there are.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  /// `/ready` and `/api/v2` before 2.x, which the real server answers to anyone: passed through without the credential,
  /// which has nothing to prove there and must not reach an upstream that does not know it.
  func judgeOpenForeign(_ route: Route, _ view: RequestView) -> Verdict? {
    guard route == .other, settings.dialect == .influxDB2, view.head.method == .get || view.head.method == .head,
      let path = Self.openForeignPath(view.path), view.client.services.contains(.data), isPassedThrough(view.path)
    else { return nil }
    return .forward(
      UpstreamRequest(
        passing: RequestLine(view.head.method, path), judged: nil, provesCredential: false, hop: view.client.hop,
        settings: settings, isRepeatable: true, carriesCredential: false))
  }

  private static func openForeignPath(_ path: UnsafeRawBufferPointer) -> StaticString? {
    for open in ["/ready", "/api/v2"] as [StaticString] where path.equals(open) { return open }
    return nil
  }

  /// `GET /api/v2/buckets` before 1.x by a v1 login, as 1.12 answers any of its users: the buckets that it may read or
  /// write.
  func judgeBucketList(
    _ route: Route, _ view: RequestView, _ credential: Credential, _ progress: Progress, notes: inout DecisionNotes
  ) throws(Interruption) -> Verdict? {
    guard route == .directory, settings.dialect == .influxDB1, view.head.method == .get,
      view.path.equals("/api/v2/buckets"), view.client.services.contains(.data), case .login = credential,
      case .principal(let principal) = try identity(
        of: outcome(of: credential, view, progress, notes: &notes), view, notes: &notes)
    else { return nil }
    guard case .manage(let call) = try manage(view, progress) else { return nil }
    return .manage(call.asked(by: principal))
  }
}
