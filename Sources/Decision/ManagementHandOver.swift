// The management API and the directory endpoints: handed to the thread that may touch the store.

import Access
import Formats
import HTTP
import ManagementAPI

struct ManagementHandOver {
  let view: RequestView
  let pending: PendingDecision
  let state: DecisionState

  /// Hands the request over once its body is whole, its path as it came: nothing in these paths needs an escape, so one
  /// that has some names nothing.
  ///
  /// The management thread authenticates it: only API tokens count there.
  func verdict(for caller: ManagementCall.Caller = .unauthenticated) -> Verdict {
    if view.hasBody, pending.body == nil {
      let isShort = view.path.suffix(Self.passwordPath.count).elementsEqual(Self.passwordPath) || !presentsToken
      return .needsBody(
        limit: isShort
          ? min(Self.shortBytes, state.settings.limits.managementBytes) : state.settings.limits.managementBytes)
    }
    return .manage(
      ManagementCall(
        method: String(decoding: view.bytes[bytes: view.head.methodRange], as: UTF8.self), path: string(view.path),
        query: lenientQuery,
        authorization: view.head.authorizationCount == 1 ? string(view.authorizationValue) : nil,
        body: pending.body ?? [], source: view.client.address, traceSpan: view.value(.zapTraceSpan).map(string),
        contentEncoding: view.value(.contentEncoding).map(string), isCrossSite: view.isCrossSite, caller: caller))
  }

  /// Bytes of body that are kept for who presents no token of ours and is going to be refused: thousands of strangers must
  /// not each fill a megabyte. And of a new password, whose call waits for its hash with all that it sent: the longest that
  /// is taken has 72 bytes.
  private static let shortBytes = 16_384
  private static let passwordPath = Array("/password".utf8)

  private var presentsToken: Bool {
    guard view.head.authorizationCount == 1,
      let token = AuthorizationField(Array(view.authorizationValue))?.token,
      case .active = TokenSecret.present(Array(token), in: state.snapshot)
    else { return false }
    return true
  }

  private func string(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Pairs that cannot be decoded are left out, as the real server does (recorded). One with a NUL or a semicolon stays as
  /// it is: left out, a filter that matches nothing would become a list of everything.
  private var lenientQuery: [(name: String, value: String)] {
    guard let query = view.head.query else { return [] }
    return view.bytes[bytes: query].split(separator: UInt8(ascii: "&")).compactMap { pair in
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first, let name = decoded(name), let value = parts.count > 1 ? decoded(parts[1]) : ""
      else {
        return nil
      }
      return (name, value)
    }
  }

  private func decoded(_ text: Slice<UnsafeRawBufferPointer>) -> String? {
    PercentCoding.decode(UnsafeRawBufferPointer(rebasing: text), plusIsBlank: true).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
