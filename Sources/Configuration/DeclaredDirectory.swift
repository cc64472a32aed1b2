// The declared objects of the directory, checked against each other while they are read.

import Formats

/// Reads organizations, users, buckets and mappings in this order, each of which may refer to those before.
struct DeclaredDirectory {
  private(set) var organizations: [String] = []
  private(set) var users: [Configuration.DeclaredUser] = []
  private(set) var buckets: [Configuration.DeclaredBucket] = []
  private(set) var mappings: [Configuration.DeclaredMapping] = []
  private let defaults: Configuration.Directory
  private let dialect: Dialect?
  /// Line of each thing declared, under its names: a name counts once.
  private var lines: [[[UInt8]]: Int] = [:]

  private var bucketsArePolicies: Bool { dialect?.hasRetentionPolicies == true }

  init(defaults: Configuration.Directory, dialect: Dialect?) {
    self.defaults = defaults
    self.dialect = dialect
  }

  mutating func readOrganizations(_ root: inout TableReader) {
    organizations = root.decodeEach("organization") { table in
      guard let name = table.requiredName("name") else { return nil }
      declare(["organization", name.value], at: name.position, "name", table)
      return name.value
    }
    if organizations.isEmpty { organizations = [defaults.organization] }
  }

  mutating func readUsers(_ root: inout TableReader) {
    users = root.decodeEach("user") { table in
      var user = Configuration.DeclaredUser()
      user.organization = organization(&table)
      guard let name = table.requiredName("name") else { return nil }
      // Users are global in InfluxDB, unlike buckets.
      declare(["user", name.value], at: name.position, "name", table)
      user.name = name.value
      return user
    }
    guard users.isEmpty, let first = organizations.first else { return }
    var user = Configuration.DeclaredUser()
    user.name = defaults.user
    user.organization = first
    users = [user]
  }

  mutating func readBuckets(_ root: inout TableReader) {
    buckets = root.decodeEach("bucket") { table in
      var bucket = Configuration.DeclaredBucket()
      bucket.organization = organization(&table)
      guard let name = table.requiredName("name") else { return nil }
      bucket.name = name.value
      // 1.x has no organizations: the same policy cannot belong to two.
      let scope = dialect?.hasOrganizations == false ? "" : bucket.organization
      declare(["bucket", scope, name.value], at: name.position, "name", table)
      if bucketsArePolicies, policy(of: name.value) == nil {
        table.problem("name", "must be \"database/policy\" in front of InfluxDB 1.x", at: name.position)
      }
      return bucket
    }
  }

  mutating func readMappings(_ root: inout TableReader) {
    mappings = root.decodeEach("mapping") { table in mapping(&table) }
    if bucketsArePolicies { addImpliedMappings() }
    chooseDefaults()
  }

  private mutating func mapping(_ table: inout TableReader) -> Configuration.DeclaredMapping? {
    var mapping = Configuration.DeclaredMapping()
    mapping.organization = organization(&table)
    mapping.isDefault = table.boolean("default")?.value ?? false
    let database = table.requiredName("database")
    let policy = table.requiredName("retention_policy")
    let bucket = table.requiredName("bucket")
    guard let database, let policy, let bucket else { return nil }
    mapping.database = database.value
    mapping.retentionPolicy = policy.value
    mapping.bucket = bucket.value
    let names = [mapping.organization, database.value, policy.value]
    declare(["mapping"] + names, at: database.position, "database", table)
    if mapping.isDefault {
      let names = ["default", mapping.organization, database.value].map(\.bytes)
      if let line = lines.updateValue(table.position.line, forKey: names) {
        table.problem("default", "the database has a default mapping at line \(line) already")
      }
    }
    let isDeclared = buckets.contains {
      $0.name.bytes == bucket.value.bytes && $0.organization.bytes == mapping.organization.bytes
    }
    if !isDeclared {
      table.problem(
        "bucket", "there is no [[bucket]] \"\(printable(bucket.value))\" in this organization", at: bucket.position)
    } else if bucketsArePolicies, "\(database.value)/\(policy.value)".bytes != bucket.value.bytes {
      table.problem(
        "bucket", "in front of InfluxDB 1.x the bucket of this mapping is \"database/policy\" itself",
        at: bucket.position)
    }
    return mapping
  }

  /// In front of 1.x a bucket `db/rp` is that policy.
  private mutating func addImpliedMappings() {
    for bucket in buckets {
      guard let (database, policy) = policy(of: bucket.name) else { continue }
      if mappings.contains(where: { $0.bucket.bytes == bucket.name.bytes }) { continue }
      var mapping = Configuration.DeclaredMapping()
      mapping.organization = bucket.organization
      mapping.database = database
      mapping.retentionPolicy = policy
      mapping.bucket = bucket.name
      mappings.append(mapping)
    }
  }

  /// Where no mapping of a database says that it is the default, the first one declared is, as in InfluxDB 2.x.
  private mutating func chooseDefaults() {
    var decided = Set(mappings.filter(\.isDefault).map { [$0.organization.bytes, $0.database.bytes] })
    for index in mappings.indices
    where decided.insert([mappings[index].organization.bytes, mappings[index].database.bytes]).inserted {
      mappings[index].isDefault = true
    }
  }

  /// The organization of a declared thing, by default the only one.
  private func organization(_ table: inout TableReader) -> String {
    guard let name = table.name("organization") else {
      if !table.has("organization"), organizations.count > 1 {
        table.problem("organization", "is missing: there are several")
      }
      return organizations.first ?? ""
    }
    if !organizations.contains(where: { $0.bytes == name.value.bytes }) {
      table.problem(
        "organization", "there is no [[organization]] \"\(printable(name.value))\"", at: name.position)
    }
    return name.value
  }

  private func policy(of bucket: String) -> (database: String, policy: String)? {
    guard let name = BucketName(bucket), name.saysPolicy, !name.retentionPolicy.utf8.contains(UInt8(ascii: "/")) else {
      return nil
    }
    return (name.database, name.retentionPolicy)
  }

  private mutating func declare(_ names: [String], at place: Position, _ key: String, _ table: TableReader) {
    if let line = lines.updateValue(table.position.line, forKey: names.map(\.bytes)) {
      table.problem(key, "is declared at line \(line) already", at: place)
    }
  }
}
