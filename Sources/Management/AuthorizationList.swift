// The authorizations of one snapshot that a list shows, walked in the order of their identifiers.

import Authorizations
import JSON

/// Every filter that was given counts.
struct AuthorizationFilter: Sendable {
  var userID: Identifier?
  var organizationID: Identifier?
  /// The users of the name that was asked for.
  var owners: Set<Identifier>?
  /// The organization of the name that was asked for.
  var otherOrganizationID: Identifier?

  func admits(_ authorization: Authorization) -> Bool {
    (userID ?? authorization.userID) == authorization.userID
      && (organizationID ?? authorization.organizationID) == authorization.organizationID
      && (otherOrganizationID ?? authorization.organizationID) == authorization.organizationID
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
  /// The last that was looked at.
  private var last: Identifier?

  /// So many are looked at at once where few of them are shown.
  private static let looks = 1_024

  init(
    snapshot: AuthorizationSnapshot, found: Authorization?, filter: AuthorizationFilter, caller: Caller,
    shown: AuthorizationJSON
  ) {
    self.snapshot = snapshot
    self.found = found
    self.filter = filter
    self.caller = caller
    self.shown = shown
  }

  mutating func write(to writer: inout JSONWriter, bytes: Int) -> Bool {
    if let found {
      show(found, &writer)
      return false
    }
    var looks = 0
    while true {
      let run = snapshot.order.run(after: last)
      if run.isEmpty { return false }
      for id in run {
        if let authorization = snapshot.authorizations[id] { show(authorization, &writer) }
        last = id
        looks += 1
        if looks >= Self.looks || writer.bytes.count >= bytes { return true }
      }
    }
  }

  private func show(_ authorization: Authorization, _ writer: inout JSONWriter) {
    if filter.admits(authorization), caller.mayRead(authorization) { shown.write(authorization, to: &writer) }
  }
}
