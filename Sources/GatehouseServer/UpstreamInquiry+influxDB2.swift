// Asks a 2.x upstream for its organizations, users, buckets and DBRP mappings, page by page.

import Authorizations
import Formats
import JSON
import Upstream

extension UpstreamInquiry {
  /// The largest page that the real server gives.
  private static let pageSize = 100
  /// More than this is no directory but an upstream that never ends its lists.
  private static let pageLimit = 10_000

  /// Everything that the gateway's own token may see.
  func influxDB2Directory() throws(Problem) -> (directory: Directory, version: String?) {
    let version = try version()
    let organizations = try list("/api/v2/orgs", "orgs").map { (value) throws(Problem) in
      Organization(id: try Self.identifier(value, "id"), name: try Self.text(value, "name"))
    }
    let buckets = try list("/api/v2/buckets", "buckets").map { (value) throws(Problem) in
      Bucket(
        id: try Self.identifier(value, "id"), name: try Self.text(value, "name"),
        organizationID: try Self.identifier(value, "orgID"))
    }
    var mappings: [Mapping] = []
    for organization in organizations {
      let answer = try value("/api/v2/dbrps?orgID=\(organization.id)")
      guard let found = answer.member("content")?.elements else { throw .unreadable }
      // The virtual ones are computed here, by the same rule for all that asks.
      for one in found where !Self.isTrue(one, "virtual") { mappings.append(try Self.mapping(one)) }
    }
    let users = try users(of: organizations)
    return (
      Directory.influxDB2(
        organizations: Self.distinct(organizations), users: users, buckets: Self.distinct(buckets),
        mappings: Self.distinct(mappings), hasVirtualMappings: Self.hasVirtualMappings(version)), version
    )
  }

  /// Users are global in 2.x; here each is of the first organization that it is a member of.
  private func users(of organizations: [Organization]) throws(Problem) -> [User] {
    guard let first = organizations.first else { return [] }
    let found: [JSONValue]
    do throws(Problem) { found = try list("/api/v2/users", "users") } catch {
      // A token that is no operator's may see none: then nobody can own what is made here.
      if case .status(401) = error { return [] }
      if case .status(403) = error { return [] }
      throw error
    }
    var homes: [Identifier: Identifier] = [:]
    if organizations.count > 1 {
      for organization in organizations {
        for role in ["owners", "members"] {
          let answer = try value("/api/v2/orgs/\(organization.id)/\(role)")
          guard let people = answer.member("users")?.elements else { continue }
          for one in people {
            let id = try Self.identifier(one, "id")
            if homes[id] == nil { homes[id] = organization.id }
          }
        }
      }
    }
    return Self.distinct(
      try found.map { (value) throws(Problem) in
        let id = try Self.identifier(value, "id")
        // A status that is missing is no reason to shut anybody out.
        let isInactive = (try? Self.text(value, "status"))?.utf8.elementsEqual("inactive".utf8) ?? false
        return User(
          id: id, name: try Self.text(value, "name"), organizationID: homes[id] ?? first.id,
          status: isInactive ? .inactive : .active)
      })
  }

  /// The databases that a 2.x upstream shows to each of gatehouse's credentials: those of its organization.
  func shownDatabases() throws(Problem) -> [Set<[UInt8]>] {
    var shown: [Set<[UInt8]>] = []
    for credential in credentials {
      let answer = try ask("/query?q=SHOW%20DATABASES", authorization: credential)
      shown.append(
        Set(
          try Self.rows(of: answer).compactMap { row in
            if case .string(let name) = row["name"] { Array(name.utf8) } else { nil }
          }))
    }
    return shown
  }

  /// All pages of a list. What is made or dropped between two pages may be missed or come twice; the next refresh, or
  /// the first request that misses it, sets it right.
  private func list(_ path: String, _ name: String) throws(Problem) -> [JSONValue] {
    var all: [JSONValue] = []
    for page in 0..<Self.pageLimit {
      let answer = try value("\(path)?limit=\(Self.pageSize)&offset=\(page * Self.pageSize)")
      guard let found = answer.member(name)?.elements else { throw .unreadable }
      all += found
      if found.count < Self.pageSize { return all }
    }
    throw .unreadable
  }

  private func value(_ target: String) throws(Problem) -> JSONValue {
    let answer = try ask(target, authorized: true)
    guard answer.status == 200 else { throw .status(answer.status) }
    do throws(JSONReader.Problem) { return try JSONReader.value(in: answer.body) } catch { throw .unreadable }
  }

  private static func mapping(_ value: JSONValue) throws(Problem) -> Mapping {
    Mapping(
      id: try identifier(value, "id"), organizationID: try identifier(value, "orgID"),
      database: try text(value, "database"), retentionPolicy: try text(value, "retention_policy"),
      bucketID: try identifier(value, "bucketID"), isDefault: isTrue(value, "default"))
  }

  private static func isTrue(_ value: JSONValue, _ name: String) -> Bool {
    if case .bool(true)? = value.member(name) { true } else { false }
  }

  private static func text(_ value: JSONValue, _ name: String) throws(Problem) -> String {
    guard case .string(let text)? = value.member(name) else { throw .unreadable }
    return text
  }

  private static func identifier(_ value: JSONValue, _ name: String) throws(Problem) -> Identifier {
    guard let id = try? Identifier(parsing: try text(value, name)) else { throw .unreadable }
    return id
  }

  private static func distinct<Element: Identifiable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element.ID> = []
    return elements.filter { seen.insert($0.id).inserted }
  }

  /// From 2.4 on; a version that cannot be read is taken for a newer one.
  private static func hasVirtualMappings(_ version: String?) -> Bool {
    let numbers = (version ?? "").drop { $0 == "v" }.split(separator: ".").prefix(2).map { Int($0) }
    guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return true }
    return major > 2 || minor >= 4
  }
}
