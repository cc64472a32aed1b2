// [directory] with [[organization]], [[user]], [[bucket]] and [[mapping]]: where names and buckets come from.

import Formats

extension Configuration.Directory {
  /// Decodes `[directory]` and the tables that belong to it.
  static func all(in root: inout TableReader, dialect: Dialect?) -> Self {
    var directory = root.decode("directory") { Self(&$0) }
    guard directory.source == .declared else {
      for key in ["organization", "user", "bucket", "mapping"] where root.take(key) != nil {
        root.problem(key, "is only read with `source = \"declared\"` in [directory]")
      }
      return directory
    }
    if !root.has("bucket") { root.problem("bucket", "a declared directory needs at least one [[bucket]]") }
    var declared = DeclaredDirectory(defaults: directory, dialect: dialect)
    declared.readOrganizations(&root)
    declared.readUsers(&root)
    declared.readBuckets(&root)
    declared.readMappings(&root)
    directory.organizations = declared.organizations
    directory.users = declared.users
    directory.buckets = declared.buckets
    directory.mappings = declared.mappings
    return directory
  }
}

extension Configuration.Directory {
  fileprivate init(_ table: inout TableReader) {
    source = table.choice("source") ?? source
    organization = table.name("organization")?.value ?? organization
    user = table.name("user")?.value ?? user
    guard let refresh = table.duration("refresh", in: 1_000...86_400_000) else { return }
    if refresh.value % 1_000 != 0 { table.problem("refresh", "must be whole seconds", at: refresh.position) }
    refreshSeconds = refresh.value / 1_000
  }
}
