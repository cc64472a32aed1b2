// The authorizations of one snapshot that a list shows, walked in the order of their identifiers.

import Authorizations
import Formats
import JSON

/// Every filter that was given counts.
struct AuthorizationFilter: Sendable {
  var userID: Identifier?
  var organizationID: Identifier?
  /// The users of the name that was asked for.
  var owners: Set<Identifier>?
  /// The organization of the name that was asked for.
  var otherOrganizationID: Identifier?
  var status: Status?

  func admits(_ authorization: Authorization) -> Bool {
    (userID ?? authorization.userID) == authorization.userID
      && (organizationID ?? authorization.organizationID) == authorization.organizationID
      && (otherOrganizationID ?? authorization.organizationID) == authorization.organizationID
      && (status ?? authorization.status) == authorization.status
      && owners?.contains(authorization.userID) ?? true
  }
}

struct AuthorizationList: ListSource {
  let snapshot: AuthorizationSnapshot
  /// The only one that is asked for; nil for all.
  let found: Authorization?
  let filter: AuthorizationFilter
  let caller: Caller
  let shown: AuthorizationJSON
  private let isDescending: Bool
  /// The last that was looked at.
  private var last: Identifier?
  /// How many are left out before the first that is shown, and how many are shown at most from here on.
  private var offset: Int
  private var limit: Int

  /// So many are looked at at once where few of them are shown.
  private static let looks = 1_024

  init(
    snapshot: AuthorizationSnapshot, found: Authorization?, filter: AuthorizationFilter, range: ListRange,
    caller: Caller, shown: AuthorizationJSON
  ) {
    self.snapshot = snapshot
    self.found = found
    self.filter = filter
    self.caller = caller
    self.shown = shown
    isDescending = range.isDescending
    offset = range.offset
    limit = range.limit
  }

  mutating func write(to writer: inout JSONWriter, bytes: Int) -> Bool {
    if let found {
      show(found, &writer)
      return false
    }
    var looks = 0
    while limit > 0 {
      let run = isDescending ? snapshot.order.run(before: last) : snapshot.order.run(after: last)
      if run.isEmpty { return false }
      for place in run.indices {
        let id = run[isDescending ? run.endIndex - 1 - (place - run.startIndex) : place]
        if let authorization = snapshot.authorizations[id] { show(authorization, &writer) }
        last = id
        looks += 1
        if limit < 1 { return false }
        if looks >= Self.looks || writer.bytes.count >= bytes { return true }
      }
    }
    return false
  }

  private mutating func show(_ authorization: Authorization, _ writer: inout JSONWriter) {
    guard filter.admits(authorization), caller.mayRead(authorization) else { return }
    guard offset < 1 else {
      offset -= 1
      return
    }
    guard limit > 0 else { return }
    limit -= 1
    shown.write(authorization, to: &writer)
  }
}
