// What the scripted upstream says of its databases when gatehouse itself asks.

import Foundation

struct UpstreamDirectory: Sendable {
  /// Retention policies by database; the first is the default.
  var databases: [(name: String, policies: [String])] = [("metrics", ["autogen", "weekly"]), ("secret", ["autogen"])]

  var answersPing = true

  /// An InfluxDB 2.x in place of those databases.
  var influxDB2: UpstreamDirectory2?

  /// The body for a request of the directory, empty to a ping, or nil if it is a forwarded one.
  ///
  /// Forwarded requests bear `Via`; gatehouse's own do not.
  func answer(_ request: UpstreamRequest) -> String? {
    if let influxDB2 { return influxDB2.answer(request) }
    guard request["Via"] == nil else { return nil }
    if request.path == "/ping", answersPing { return "" }
    // Whether a token is taken, where the directory is declared.
    if request.path == "/api/v2/orgs", request.parameter("limit") == ["1"] { return "{\"orgs\":[]}" }
    guard request.path == "/query", let text = request.parameter("q").first else { return nil }
    var results: [String] = []
    for (index, statement) in text.split(separator: ";").enumerated() {
      guard let series = series(statement.trimmingCharacters(in: .whitespaces)) else { return nil }
      results.append("{\"statement_id\":\(index),\"series\":[\(series)]}")
    }
    return "{\"results\":[\(results.joined(separator: ","))]}\n"
  }

  private func series(_ statement: String) -> String? {
    if statement.uppercased() == "SHOW DATABASES" {
      let rows = databases.map { "[\"\($0.name)\"]" }.joined(separator: ",")
      return "{\"name\":\"databases\",\"columns\":[\"name\"],\"values\":[\(rows)]}"
    }
    let prefix = "SHOW RETENTION POLICIES ON "
    guard statement.uppercased().hasPrefix(prefix) else { return nil }
    let name = statement.dropFirst(prefix.count).replacing("\"", with: "")
    guard let database = databases.first(where: { $0.name == name }) else { return nil }
    let rows = database.policies.enumerated().map { index, policy in
      "[\"\(policy)\",\"0s\",\"168h0m0s\",1,\(index == 0)]"
    }
    return "{\"columns\":[\"name\",\"duration\",\"shardGroupDuration\",\"replicaN\",\"default\"],"
      + "\"values\":[\(rows.joined(separator: ","))]}"
  }
}
