// Which part of a list is asked for: `limit`, `offset` and `descending`.

import Formats
import ManagementAPI

struct Page {
  /// The real server's default and bounds.
  static let defaultLimit = 20
  static let limits = 1...100

  let limit: Int
  let offset: Int

  init(_ request: ManagementCall) throws(ManagementError) {
    limit = try Self.number("limit", of: request) ?? Self.defaultLimit
    offset = try Self.number("offset", of: request) ?? 0
    guard Self.limits.contains(limit) else {
      throw ManagementError(
        .invalid, "limit must be between \(Self.limits.lowerBound) and \(Self.limits.upperBound)")
    }
    guard offset >= 0 else { throw ManagementError(.invalid, "offset must not be negative") }
  }

  fileprivate static func number(_ name: String, of request: ManagementCall) throws(ManagementError) -> Int? {
    guard let text = request.parameter(name) else { return nil }
    guard let number = Int(text) else { throw ManagementError(.invalid, "\(name) is invalid") }
    return number
  }

  func part<Element>(of list: [Element]) -> ArraySlice<Element> { list.dropFirst(offset).prefix(limit) }
}

/// The part of a list of authorizations: without a limit all, for the real server knows none here.
struct ListRange {
  let limit: Int
  let offset: Int
  let isDescending: Bool

  init(_ request: ManagementCall) throws(ManagementError) {
    limit = try Page.number("limit", of: request) ?? .max
    offset = try Page.number("offset", of: request) ?? 0
    guard limit > 0 else { throw ManagementError(.invalid, "limit must be at least 1") }
    guard offset >= 0 else { throw ManagementError(.invalid, "offset must not be negative") }
    switch request.parameter("descending") {
    case nil, "false": isDescending = false
    case "true": isDescending = true
    default: throw ManagementError(.invalid, "descending must be true or false")
    }
  }
}
