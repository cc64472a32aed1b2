// The directory, declared or read from a 1.x upstream, and what its mappings resolve to.

import Testing

@testable import Authorizations
import Formats

/// Allots 1, 2, 3 … and remembers.
private final class Numbering {
  private var known: [String: Identifier] = [:]
  private(set) var kinds: Set<String> = []

  func callAsFunction(_ names: [String], _ kind: String) -> [Identifier] {
    kinds.insert(kind)
    return names.map { name in
      let id = known["\(kind) \(name)"] ?? Identifier(nonzero: UInt64(known.count + 1))
      known["\(kind) \(name)"] = id
      return id
    }
  }
}

/// The server of `mapping.json`: what 2.9.1 resolved there.
private func recordedDirectory() throws -> Directory {
  let numbering = Numbering()
  let names = ["metrics/autogen", "metrics/weekly", "plain", "foo", "foo/autogen", "aliased", "p1", "p2"]
  return try Directory.declared(
    DirectoryDeclaration(
      organizations: ["plant"], buckets: names.map { .init(name: $0, organization: "plant") },
      mappings: [
        .init(organization: "plant", database: "alias", retentionPolicy: "rp1", bucket: "aliased", isDefault: true),
        .init(organization: "plant", database: "phys", retentionPolicy: "a", bucket: "p1", isDefault: true),
        .init(organization: "plant", database: "phys", retentionPolicy: "b", bucket: "p2"),
      ]), of: .influxDB2, identifiers: { numbering($0, $1) })
}

@Test(
  arguments: [
    ("metrics", nil, nil), ("metrics", "autogen", "metrics/autogen"), ("metrics", "weekly", "metrics/weekly"),
    ("metrics", "nope", nil), ("plain", nil, "plain"), ("plain", "autogen", "plain"), ("plain", "nope", nil),
    ("foo", nil, "foo"), ("foo", "autogen", "foo"), ("alias", nil, "aliased"), ("alias", "rp1", "aliased"),
    ("alias", "autogen", nil), ("phys", nil, "p1"), ("phys", "a", "p1"), ("phys", "b", "p2"),
    ("aliased", nil, "aliased"), ("aliased", "autogen", "aliased"), ("p2", nil, "p2"), ("nope", nil, nil),
    ("plain", "", "plain"),
  ] as [(String, String?, String?)])
func resolvesAsTheRealServerDid(database: String, policy: String?, bucket: String?) throws {
  let directory = try recordedDirectory()
  let organization = try #require(directory.organizations.first?.id)
  let mapping = directory.mapping(database: database, retentionPolicy: policy, in: organization)
  #expect(mapping.flatMap { directory.bucket($0.bucketID)?.name } == bucket)
}

@Test func aPhysicalDefaultTakesTheFlagFromAVirtualOne() throws {
  let numbering = Numbering()
  let directory = try Directory.declared(
    DirectoryDeclaration(
      organizations: ["o"],
      buckets: ["m", "other", "/x", "x/", ""].map { .init(name: $0, organization: "o") },
      mappings: [.init(organization: "o", database: "m", retentionPolicy: "rp", bucket: "other")]),
    of: .influxDB2, identifiers: { numbering($0, $1) })
  let organization = try #require(directory.organizations.first?.id)
  let mappings = directory.mappings(of: "m", in: organization)
  #expect(mappings.map(\.retentionPolicy) == ["rp", "autogen"])
  #expect(mappings.map(\.isDefault) == [true, false])
  #expect(mappings.map(\.isVirtual) == [false, true])
  #expect(mappings.last?.id == mappings.last?.bucketID)
  // Names with an empty part mean nothing.
  #expect(directory.mappings.count == 3)
}

@Test func inFrontOfInfluxDB1TheFirstDeclaredBucketIsTheDefault() throws {
  let numbering = Numbering()
  let directory = try Directory.declared(
    DirectoryDeclaration(
      organizations: ["o", "o"], users: [.init(name: "u", organization: "o"), .init(name: "v", organization: "no")],
      buckets: ["m/b", "m/a", "n", "m/a"].map { .init(name: $0, organization: "o") }),
    of: .influxDB1, identifiers: { numbering($0, $1) })
  let organization = try #require(directory.organizations.first?.id)
  #expect(directory.organizations.count == 1)
  #expect(directory.users.map(\.name) == ["u"])
  #expect(directory.buckets.map(\.name) == ["m/b", "m/a", "n"])
  #expect(directory.mapping(database: "m", retentionPolicy: nil, in: organization)?.retentionPolicy == "b")
  #expect(directory.mapping(database: "m", retentionPolicy: "a", in: organization) != nil)
  #expect(directory.mapping(database: "n", retentionPolicy: nil, in: organization)?.retentionPolicy == "autogen")
}

@Test func everyPolicyOfAnInfluxDB1UpstreamIsABucket() throws {
  let folder = try ScratchFolder()
  let store = try SQLiteAuthorizationStore(path: folder.file("s.db"))
  func read(_ databases: [InfluxDB1Database]) throws -> Directory {
    try Directory.influxDB1(organization: "default", user: "admin", databases: databases) {
      (names, kind) throws(StoreError) in try store.allot(names, kind: kind)
    }
  }
  let metrics = InfluxDB1Database(
    name: "metrics",
    retentionPolicies: [.init(name: "autogen", isDefault: true), .init(name: "year", isDefault: false)])
  let secret = InfluxDB1Database(name: "secret", retentionPolicies: [.init(name: "autogen", isDefault: true)])
  let odd = InfluxDB1Database(name: "a/b", retentionPolicies: [.init(name: "c", isDefault: true)])
  let first = try read([metrics, secret, odd])
  let organization = try #require(first.organizations.first)
  #expect(organization.name == "default")
  #expect(first.users.map(\.name) == ["admin"])
  #expect(first.buckets.map(\.name) == ["metrics/autogen", "metrics/year", "secret/autogen"])
  let mapping = first.mapping(database: "metrics", retentionPolicy: "", in: organization.id)
  #expect(mapping?.bucketID == first.buckets[0].id)
  #expect(Set(first.mappings.map(\.id) + first.buckets.map(\.id)).count == 6)

  // The same names keep their identifiers; a database that went and came back does not, once it was forgotten.
  let second = try read([metrics])
  #expect(second.organizations == first.organizations && second.users == first.users)
  #expect(second.buckets == Array(first.buckets.prefix(2)))
  let gone = Set(first.buckets.map(\.id)).subtracting(second.buckets.map(\.id))
  try store.forget(gone)
  let third = try read([metrics, secret])
  #expect(third.bucket(named: "secret/autogen", in: organization.id)?.id != first.buckets[2].id)
}
