// What [directory] and the tables it declares become.

import Configuration
import Testing

private func mappings(_ directory: Configuration.Directory) -> [String] {
  directory.mappings.map {
    "\($0.organization): \($0.database).\($0.retentionPolicy) → \($0.bucket)\($0.isDefault ? " (default)" : "")"
  }
}

@Test func directoryIsAskedOfTheUpstreamByDefault() throws {
  let directory = try decode(minimal).directory
  #expect(directory.source == .upstream)
  #expect(directory.organization == "default")
  #expect(directory.user == "admin")
  #expect(directory.refreshSeconds == 30)
  #expect(directory.buckets.isEmpty && directory.mappings.isEmpty)
}

@Test func declaredObjectsAreDecoded() throws {
  let directory = try decode(
    listenerOnly + upstream2 + """
      [directory]
      source = "declared"
      [[organization]]
      name = "one"
      [[organization]]
      name = "two"
      [[user]]
      name = "ada"
      organization = "two"
      [[bucket]]
      name = "long"
      organization = "two"
      [[bucket]]
      name = "short"
      organization = "two"
      [[mapping]]
      organization = "two"
      database = "metrics"
      retention_policy = "week"
      bucket = "short"
      [[mapping]]
      organization = "two"
      database = "metrics"
      retention_policy = "autogen"
      bucket = "long"
      default = true
      """
  ).directory
  #expect(directory.organizations == ["one", "two"])
  #expect(directory.users.map(\.name) == ["ada"] && directory.users.map(\.organization) == ["two"])
  #expect(directory.buckets.map(\.name) == ["long", "short"])
  #expect(mappings(directory) == ["two: metrics.week → short", "two: metrics.autogen → long (default)"])
}

@Test func onlyOrganizationNeedsNoNaming() throws {
  let directory = try decode(
    listenerOnly + upstream2
      + "[directory]\nsource = \"declared\"\norganization = \"house\"\n[[bucket]]\nname = \"b\"\n"
  ).directory
  #expect(directory.organizations == ["house"])
  #expect(directory.users.map(\.name) == ["admin"] && directory.users.map(\.organization) == ["house"])
  #expect(directory.buckets.map(\.organization) == ["house"])
  #expect(directory.mappings.isEmpty)
}

@Test func firstMappingOfADatabaseIsItsDefault() throws {
  let directory = try decode(
    listenerOnly + upstream2 + """
      [directory]
      source = "declared"
      [[bucket]]
      name = "b"
      [[mapping]]
      database = "m"
      retention_policy = "one"
      bucket = "b"
      [[mapping]]
      database = "m"
      retention_policy = "two"
      bucket = "b"
      """
  ).directory
  #expect(mappings(directory) == ["default: m.one → b (default)", "default: m.two → b"])
}

@Test func bucketOfOldInfluxDBIsItsPolicy() throws {
  let directory = try decode(
    minimal + """
      [directory]
      source = "declared"
      [[bucket]]
      name = "metrics/autogen"
      [[bucket]]
      name = "metrics/week"
      [[bucket]]
      name = "logs/week"
      """
  ).directory
  #expect(
    mappings(directory) == [
      "default: metrics.autogen → metrics/autogen (default)", "default: metrics.week → metrics/week",
      "default: logs.week → logs/week (default)",
    ])
}

@Test func mappingOfOldInfluxDBMayChooseTheDefault() throws {
  let directory = try decode(
    minimal + """
      [directory]
      source = "declared"
      [[bucket]]
      name = "metrics/autogen"
      [[bucket]]
      name = "metrics/week"
      [[mapping]]
      database = "metrics"
      retention_policy = "week"
      bucket = "metrics/week"
      default = true
      """
  ).directory
  #expect(
    mappings(directory) == [
      "default: metrics.week → metrics/week (default)", "default: metrics.autogen → metrics/autogen",
    ])
}

@Test(arguments: ["metrics", "/autogen", "metrics/", "a/b/c"])
func bucketOfOldInfluxDBMustNameAPolicy(name: String) {
  let found = problems(in: minimal + "[directory]\nsource = \"declared\"\n[[bucket]]\nname = \"\(name)\"\n")
  #expect(found == ["13:8: bucket.name: must be \"database/policy\" in front of InfluxDB 1.x"])
}

@Test func declaredDirectoryNeedsABucket() {
  #expect(
    problems(in: minimal + "[directory]\nsource = \"declared\"\n") == [
      "1:1: bucket: a declared directory needs at least one [[bucket]]"
    ])
}

@Test func declarationWithoutDeclaredSourceIsRefused() {
  #expect(
    problems(in: minimal + "[[bucket]]\nname = \"a/b\"\n") == [
      "10:3: bucket: is only read with `source = \"declared\"` in [directory]"
    ])
}
