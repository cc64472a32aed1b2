// The last permitted request of a connection, so that the same bytes again need no second look.

import Access
import Formats
import HTTP
import Glibc
import Authorizations

/// Telegraf sends the same target with the same credential for days: while nothing was changed in between (the
/// generations of authorizations and directory stand), the decision stands too.
public struct DecisionMemo {
  private var target: [UInt8] = []
  private var authorization: [UInt8] = []
  private var method: UInt8 = .max
  private var generations = Generations.none
  private var request: UpstreamRequest?
  private var notes = DecisionNotes()
  /// When the credential expires, nanoseconds since 1970: the decision must not outlive it.
  private var expiresAt: Int64?

  /// Heads longer than this are not worth keeping per connection, bytes.
  private static let maximumTarget = 4_096

  public init() {}

  func recall(_ view: RequestView, _ now: Generations, notes: inout DecisionNotes) -> UpstreamRequest? {
    // A form body would have to be read: only a body that is carried unread leaves the decision what it was.
    guard let request, generations == now, !view.head.namesSite, !view.hasBody || request.carriesClientBody,
      method == view.head.method.rawValue, view.head.authorizationCount <= 1,
      Self.same(target, view.target), Self.same(authorization, view.authorizationValue)
    else { return nil }
    if let expiresAt, expiresAt <= WallClock.system() { return nil }
    notes = self.notes
    return request
  }

  mutating func remember(
    _ request: UpstreamRequest, for view: RequestView, _ now: Generations, notes: DecisionNotes
  ) {
    // What the upstream decides is decided anew each time; so is what depends on fields that are not compared here.
    guard case .permit(let permit) = request.authority, !permit.isMomentary, !request.dependsOnFields,
      !view.head.namesSite
    else { return }
    guard view.target.count <= Self.maximumTarget, view.authorizationValue.count <= Self.maximumTarget else { return }
    target = Array(view.target)
    authorization = Array(view.authorizationValue)
    method = view.head.method.rawValue
    generations = now
    self.request = request
    expiresAt = permit.principal.expiresAt
    self.notes = notes
  }

  private static func same(_ kept: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard kept.count == bytes.count else { return false }
    guard let other = bytes.baseAddress else { return true }
    return kept.withUnsafeBytes { mine in
      guard let mine = mine.baseAddress else { return true }
      return memcmp(mine, other, bytes.count) == 0
    }
  }
}

extension RequestView {
  var authorizationValue: UnsafeRawBufferPointer { bytes[bytes: head.authorization ?? .empty] }
}
