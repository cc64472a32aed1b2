// The questions that `check --online` asks of one member of the upstream.

import Formats
import JSON
import Threading
import Upstream

struct MemberQuestions {
  let client: BlockingClient
  /// For each.
  let timeout: Interval

  /// What a credential can do.
  enum Reach {
    case refused(Int)
    case unreadable(String)
    /// - gap: what gatehouse needs to see and this credential does not; nil for nothing.
    /// - isAdministrator: nil where the upstream has no question that tells.
    case reach(sight: String, gap: String?, isAdministrator: Bool?)
  }

  func get(_ target: String, _ credential: String?) throws(UpstreamFailure) -> BlockingClient.Answer {
    try send("GET", target, credential)
  }

  func send(
    _ method: String, _ target: String, _ credential: String?
  ) throws(UpstreamFailure) -> BlockingClient.Answer {
    try client.send(
      method: method, target: target,
      fields: [("User-Agent", "gatehouse")] + (credential.map { [("Authorization", $0)] } ?? []), body: [],
      timeout: timeout)
  }

  // MARK: 1.x

  /// Databases, their policies, and whether a question for administrators is answered.
  func reach1(of credential: String) throws(UpstreamFailure) -> Reach {
    let shown = try get("/query?q=SHOW%20DATABASES", credential)
    guard shown.status == 200 else { return .refused(shown.status) }
    guard let names = Self.firstColumn(of: shown.body) else { return .unreadable("SHOW DATABASES") }
    var blind = 0
    for name in names {
      let question = "SHOW RETENTION POLICIES ON \(UpstreamInquiry.quoted(name))"
      let answer = try get("/query?q=\(PercentCoding.encoded(question))", credential)
      if answer.status != 200 || Self.firstColumn(of: answer.body) == nil { blind += 1 }
    }
    let asked = try get("/query?q=SHOW%20USERS", credential)
    return .reach(
      sight: "sees \(Self.count(names.count, "database"))",
      gap: names.isEmpty
        ? "sees no database, so nothing will be known to gatehouse"
        : blind > 0 ? "may not see the retention policies of \(Self.count(blind, "database"))" : nil,
      isAdministrator: asked.status == 200 && Self.firstColumn(of: asked.body) != nil)
  }

  /// nil where it is no result, or one with an error.
  private static func firstColumn(of body: [UInt8]) -> [String]? {
    guard let value = try? JSONReader.value(in: body), case .array(let results)? = value.member("results"),
      let result = results.first, result.member("error") == nil
    else { return nil }
    guard case .array(let series)? = result.member("series"), let one = series.first,
      case .array(let rows)? = one.member("values")
    else { return [] }
    return rows.compactMap { row in
      if case .array(let cells) = row, case .string(let name)? = cells.first { name } else { nil }
    }
  }

  // MARK: 2.x

  /// Organizations, buckets, mappings and users. Which of them a token sees is all that can be told of it without
  /// changing anything.
  func reach2(of credential: String) throws(UpstreamFailure) -> Reach {
    let shown = try get("/api/v2/orgs?limit=100", credential)
    guard shown.status == 200 else { return .refused(shown.status) }
    guard let organizations = Self.elements(of: shown.body, "orgs") else { return .unreadable("/api/v2/orgs") }
    var (buckets, mappings, isPart) = (0, 0, false)
    for organization in organizations {
      guard case .string(let id)? = organization.member("id"),
        id.utf8.allSatisfy({ Hexadecimal.value(ofLowercase: $0) != nil })
      else {
        return .unreadable("/api/v2/orgs")
      }
      let listed = try get("/api/v2/buckets?limit=100&orgID=\(id)", credential)
      let mapped = try get("/api/v2/dbrps?orgID=\(id)", credential)
      guard let some = Self.elements(of: listed.body, "buckets") else { return .unreadable("/api/v2/buckets") }
      guard let others = Self.elements(of: mapped.body, "content") else { return .unreadable("/api/v2/dbrps") }
      buckets += some.count
      isPart = isPart || some.count >= 100
      mappings += others.count
    }
    let people = try get("/api/v2/users?limit=100", credential)
    let users = people.status == 200 ? Self.elements(of: people.body, "users")?.count ?? 0 : 0
    let counts = [
      Self.count(organizations.count, "organization"), (isPart ? "at least " : "") + Self.count(buckets, "bucket"),
      Self.count(mappings, "mapping"), Self.count(users, "user"),
    ]
    let missing =
      organizations.isEmpty
      ? "organization" : buckets == 0 ? "bucket" : users == 0 ? "user, and nobody could own what is made here" : nil
    return .reach(
      sight: "sees \(counts.joined(separator: ", "))", gap: missing.map { "sees no \($0)" }, isAdministrator: nil)
  }

  private static func elements(of body: [UInt8], _ name: String) -> [JSONValue]? {
    guard let value = try? JSONReader.value(in: body), let found = value.member(name)?.elements else { return nil }
    return found
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
