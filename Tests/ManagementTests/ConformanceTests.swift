// Every recorded management step is answered as InfluxDB 2.9.1 answered it, or stands in the overrides with a reason.

import Foundation
import Testing
import ManagementAPI

@testable import Authorizations
import Formats
@testable import Management

/// A step that gatehouse answers otherwise on purpose.
private struct Override {
  let status: Int
  /// nil: not compared.
  let body: Any?
  let why: String

  static func all(_ name: String) throws -> [String: Override] {
    let entries = try Fixture.json("\(name).overrides.json") as? [String: [String: Any]] ?? [:]
    return entries.compactMapValues { entry in
      guard let status = entry["status"] as? Int, let why = entry["why"] as? String else { return nil }
      return Override(status: status, body: entry["body"], why: why)
    }
  }
}

private final class Player {
  let bench: Bench
  var variables: Variables
  private var overrides: [String: Override] = [:]
  private(set) var problems: [String] = []
  private(set) var played = 0

  init() throws {
    bench = try Bench()
    let organization = bench.organization.id
    let metrics = try bench.bucket("metrics/autogen")
    variables = Variables(values: [
      "op": "op", "org": organization.description, "orgname": "plant",
      "orgupper": organization.description.uppercased(), "bucket": metrics.description,
      "bucketname": "metrics/autogen", "bucket2": try bench.bucket("secret/autogen").description,
      "me": bench.user.id.description, "mename": "mio",
    ])
    let readMetrics = Permission(.read, Resource(type: .buckets, id: metrics, organizationID: organization))
    let writeMetrics = Permission(.write, Resource(type: .buckets, id: metrics, organizationID: organization))
    let authorizations = Resource(type: .authorizations, organizationID: organization)
    let user = Resource(type: .users, id: bench.user.id)
    try bench.token("op", .operatorPermissions)
    try scoped("tok_reader", [Permission(.read, authorizations), Permission(.read, user)])
    try scoped(
      "tok_manager",
      [
        Permission(.read, authorizations), Permission(.write, authorizations), Permission(.read, user),
        Permission(.write, user), readMetrics, writeMetrics,
      ])
    try scoped(
      "tok_nouser", [Permission(.read, authorizations), Permission(.write, authorizations), readMetrics])
    try scoped("tok_bucket", [readMetrics])
    try scoped("tok_inactive", .operatorPermissions, status: .inactive)
  }

  private func scoped(_ name: String, _ permissions: [Permission], status: Status = .active) throws {
    try bench.token("text of \(name)", permissions, status: status)
    variables.values[name] = "text of \(name)"
  }

  /// Everything below both prefixes, odd spellings included, and what is answered from the directory.
  private static func isOfManagement(_ path: String) -> Bool {
    ["/legacy", "/private"].contains { path == $0 || path.hasPrefix($0 + "/") } || ManagementRoute(path: path) != nil
  }

  func play(_ name: String, prefix: String, members: Set<String>? = nil) throws {
    // What one file of steps captured means nothing in the next.
    let before = variables
    defer { variables = before }
    overrides = try Override.all(name)
    let recorded = try Fixture.recorded("influxdb-2.9.1-\(name).jsonl")
    for step in try Fixture.steps("\(name).json") {
      var path = variables.filled(step.path)
      if path.hasPrefix("/private/legacy") { path = prefix + path.dropFirst("/private/legacy".count) }
      let plain = String(path.prefix { $0 != "?" })
      // The steps of the v1 API are the gateway's.
      guard Self.isOfManagement(plain) else { continue }
      guard let want = recorded[step.name] else { continue }
      played += 1
      let response = bench.send(
        step.method, path, Array(variables.filled(String(decoding: step.body, as: UTF8.self)).utf8),
        step: step, variables)
      var got = response.answer
      for (variable, path) in step.captures { capture(variable, path, got.body) }
      // The wire carries none to it.
      got.body = step.method == "HEAD" ? nil : got.body.map(variables.normal)
      compare(step.name, got, want, Comparison(members: members))
    }
  }

  private func compare(_ name: String, _ got: Answer, _ want: Answer, _ comparison: Comparison) {
    let difference = comparison.difference(got, want)
    guard let override = overrides[name] else {
      if let difference { problems.append("\(name): \(difference)") }
      return
    }
    if difference == nil { problems.append("\(name): agrees, so its override is idle: \(override.why)") }
    if got.status != override.status { problems.append("\(name): status \(got.status), wanted \(override.status)") }
    if let body = override.body, canonical(body) != canonical(got.body) {
      problems.append("\(name): body \(canonical(got.body).prefix(600)), wanted \(canonical(body).prefix(600))")
    }
  }

  private func capture(_ variable: String, _ path: String, _ body: Any?) {
    var value = body
    for part in path.split(separator: ".") {
      if let index = Int(part), let array = value as? [Any], array.indices.contains(index) {
        value = array[index]
      } else {
        value = (value as? [String: Any])?[String(part)]
      }
    }
    if let text = value as? String { variables.values[variable] = text }
  }
}

extension Bench {
  fileprivate func send(
    _ method: String, _ path: String, _ body: [UInt8], step: Step, _ variables: Variables
  ) -> ManagementAnswer {
    send(
      method, path, body, authorization: step.headers["Authorization"].map(variables.filled),
      origin: step.headers["Origin"], encoding: step.headers["Content-Encoding"])
  }
}

@Test(arguments: ["/private/legacy", "/legacy"])
func managementAgreesWithTheRecordings(prefix: String) throws {
  let player = try Player()
  try player.play("legacy-api", prefix: prefix)
  #expect(player.played == 140)
  try player.play("scoped-callers", prefix: prefix)
  #expect(player.played == 140 + 68)
  #expect(player.problems == [])
}

@Test func directoryAgreesWithTheRecordings() throws {
  let player = try Player()
  // The members that the recordings' description names.
  try player.play(
    "directory", prefix: "/private/legacy",
    members: [
      "orgs", "buckets", "content", "id", "name", "status", "orgID", "bucketID", "type", "database",
      "retention_policy", "default", "virtual", "code", "message",
    ])
  #expect(player.played == 43)
  #expect(player.problems == [])
}

@Test(arguments: ["legacy-api", "scoped-callers", "directory"])
func everyOverrideNamesARecordedStepAndAReason(name: String) throws {
  let names = try Fixture.steps("\(name).json").map(\.name)
  for (step, override) in try Override.all(name) {
    #expect(names.contains(step))
    #expect(override.why.count > 20)
  }
}
