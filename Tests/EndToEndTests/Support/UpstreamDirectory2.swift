// What a scripted InfluxDB 2.x says when gatehouse reads its directory: the server that `mapping.json` was recorded on.

import Foundation

struct UpstreamDirectory2: Sendable {
  static let organization = "1f2e3d4c5b6a7988"
  static let user = "0b0b0b0b0b0b0b0b"
  /// More than a page of them stand before those of the recording.
  var buckets =
    (0..<230).map { "filler-\($0)" } + [
      "metrics/autogen", "metrics/weekly", "plain", "foo", "foo/autogen", "aliased", "p1", "p2",
    ]
  var mappings: [(database: String, policy: String, bucket: String, isDefault: Bool)] = [
    ("alias", "rp1", "aliased", true), ("phys", "a", "p1", true), ("phys", "b", "p2", false),
  ]

  /// Buckets of a second organization; none where there is none.
  var labBuckets: [String] = []
  static let lab = "2f2e3d4c5b6a7988"
  /// What `SHOW DATABASES` shows: the databases of the token's organization.
  var shownDatabases: [String] = []

  /// What the questions must bear to be answered; nil for anything.
  var authorization: String?

  func id(of bucket: String) -> String {
    let index = (buckets.firstIndex(of: bucket) ?? 0xffff) + 0x1000
    return String(repeating: "0", count: 12) + String(index, radix: 16)
  }

  func answer(_ request: UpstreamRequest) -> String? {
    guard request["Via"] == nil else { return nil }
    if request.path == "/ping" { return "" }
    if let authorization, request["Authorization"] != authorization { return nil }
    let limit = request.parameter("limit").first.flatMap { Int($0) } ?? 20
    let offset = request.parameter("offset").first.flatMap { Int($0) } ?? 0
    switch request.path {
    case "/api/v2/orgs":
      let lab = labBuckets.isEmpty ? [] : ["{\"id\":\"\(Self.lab)\",\"name\":\"lab\"}"]
      return page("orgs", ["{\"id\":\"\(Self.organization)\",\"name\":\"plant\"}"] + lab, limit, offset)
    case "/api/v2/users":
      return page("users", ["{\"id\":\"\(Self.user)\",\"name\":\"mio\",\"status\":\"active\"}"], limit, offset)
    case "/api/v2/buckets":
      let shown = buckets.map { "{\"id\":\"\(id(of: $0))\",\"orgID\":\"\(Self.organization)\",\"name\":\"\($0)\"}" }
      let others = labBuckets.enumerated().map { index, name in
        "{\"id\":\"00000000000030\(index)0\",\"orgID\":\"\(Self.lab)\",\"name\":\"\(name)\"}"
      }
      return page("buckets", shown + others, limit, offset)
    case "/api/v2/dbrps" where request.parameter("orgID") == [Self.lab]: return "{\"content\":[]}"
    case let path where path.hasPrefix("/api/v2/orgs/"): return "{\"users\":[]}"
    case "/query":
      let rows = shownDatabases.map { "[\"\($0)\"]" }.joined(separator: ",")
      return "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\",\"columns\":[\"name\"],"
        + "\"values\":[\(rows)]}]}]}"
    case "/api/v2/dbrps":
      let shown = mappings.enumerated().map { index, mapping in
        "{\"id\":\"00000000000020\(index)0\",\"orgID\":\"\(Self.organization)\",\"bucketID\":"
          + "\"\(id(of: mapping.bucket))\",\"database\":\"\(mapping.database)\",\"retention_policy\":"
          + "\"\(mapping.policy)\",\"default\":\(mapping.isDefault)}"
      }
      return "{\"content\":[\(shown.joined(separator: ","))]}"
    default: return nil
    }
  }

  private func page(_ name: String, _ all: [String], _ limit: Int, _ offset: Int) -> String {
    "{\"\(name)\":[\(all.dropFirst(offset).prefix(min(limit, 100)).joined(separator: ","))]}"
  }
}
