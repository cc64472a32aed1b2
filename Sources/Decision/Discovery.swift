// What clients of the v2 API ask first, with whatever credential they have: whether the server is ready, which API it
// has, and which buckets there are.

import Access
import Authorizations
import Formats
import HTTP

enum Discovery {
  /// `/ready` and `/api/v2` before 2.x, which the real server answers to anyone: passed through without the credential,
  /// which has nothing to prove there and must not reach an upstream that does not know it.
  static func openVerdict(_ view: RequestView, _ state: DecisionState) -> Verdict? {
    guard state.settings.dialect.hasAPI2, view.head.method == .get || view.head.method == .head,
      let path = openPath(view.path), state.settings.passes(view)
    else { return nil }
    return .forward(
      UpstreamRequest(
        passing: RequestLine(view.head.method, path), judged: nil, provesCredential: false, hop: view.client.hop,
        settings: state.settings, isRepeatable: true, carriesCredential: false))
  }

  private static func openPath(_ path: UnsafeRawBufferPointer) -> StaticString? {
    for open in ["/ready", "/api/v2"] as [StaticString] where path.equals(open) { return open }
    return nil
  }

  /// Whether it is `GET /api/v2/buckets` before 1.x by a v1 login, which 1.12 answers any of its users: with the buckets
  /// that it may read or write.
  static func asksForBuckets(_ view: RequestView, _ credential: Credential, _ state: DecisionState) -> Bool {
    guard case .login = credential else { return false }
    return !state.settings.dialect.hasAPI2 && view.head.method == .get && view.path.equals("/api/v2/buckets")
      && view.client.services.contains(.data)
  }
}
