// The directory last seen, kept beside the logins for those who ask without a server.

import Formats

extension SQLiteAuthorizationStore {
  /// Replaces what is kept, in one transaction; where the same is kept already, the file is not written to.
  public func keep(_ directory: Directory, from source: DirectorySource) throws(StoreError) {
    // The order of the lists is kept, so equal is equal.
    if let kept = try keptDirectory(of: source.dialect), kept.source == source,
      kept.directory.hasSameContents(as: directory)
    {
      return
    }
    try connection.transaction(.writing) { () throws(StoreError) in
      for table in ["source", "organizations", "users", "buckets", "mappings"] {
        try connection.execute("DELETE FROM directory_\(table)")
      }
      try connection.statement("INSERT INTO directory_source (dialect) VALUES (?)").run(.text(source.kept))
      try insert(directory.organizations)
      try insert(directory.users)
      try insert(directory.buckets)
      try insert(directory.mappings)
    }
  }

  public func keptDirectory(of dialect: String) throws(StoreError) -> KeptDirectory? {
    try connection.transaction(.reading) { () throws(StoreError) -> KeptDirectory? in
      let source = DirectorySource(kept: try connection.text("SELECT dialect FROM directory_source"))
      guard source.dialect.utf8.elementsEqual(dialect.utf8) else { return nil }
      return KeptDirectory(source: source, directory: try directory())
    }
  }

  private func directory() throws(StoreError) -> Directory {
    Directory(
      organizations: try rows("id, name FROM directory_organizations") { (row) throws(StoreError) in
        Organization(id: try row.identifier(0), name: try row.name(1))
      },
      users: try rows("id, name, organization, status FROM directory_users") { (row) throws(StoreError) in
        User(
          id: try row.identifier(0), name: try row.name(1), organizationID: try row.identifier(2),
          status: try row.value(3, as: Status.self))
      },
      buckets: try rows("id, name, organization FROM directory_buckets") { (row) throws(StoreError) in
        Bucket(id: try row.identifier(0), name: try row.name(1), organizationID: try row.identifier(2))
      },
      mappings: try rows(
        "id, organization, database, policy, bucket, is_default, is_virtual FROM directory_mappings"
      ) { (row) throws(StoreError) in
        Mapping(
          id: try row.identifier(0), organizationID: try row.identifier(1), database: try row.name(2),
          retentionPolicy: try row.name(3), bucketID: try row.identifier(4), isDefault: row.integer(5) != 0,
          isVirtual: row.integer(6) != 0)
      })
  }

  private func rows<Element>(
    _ selection: String, _ element: (SQLiteStatement) throws(StoreError) -> Element
  ) throws(StoreError) -> [Element] {
    let query = try connection.statement("SELECT \(selection) ORDER BY position")
    var found: [Element] = []
    while try query.step() { found.append(try element(query)) }
    return found
  }

  private func insert(_ organizations: [Organization]) throws(StoreError) {
    let insertion = try connection.statement("INSERT INTO directory_organizations (id, name) VALUES (?, ?)")
    for one in organizations { try insertion.run(.identifier(one.id), .name(one.name)) }
  }

  private func insert(_ users: [User]) throws(StoreError) {
    let insertion = try connection.statement(
      "INSERT INTO directory_users (id, name, organization, status) VALUES (?, ?, ?, ?)")
    for one in users {
      try insertion.run(
        .identifier(one.id), .name(one.name), .identifier(one.organizationID), .text(one.status.rawValue))
    }
  }

  private func insert(_ buckets: [Bucket]) throws(StoreError) {
    let insertion = try connection.statement(
      "INSERT INTO directory_buckets (id, name, organization) VALUES (?, ?, ?)")
    for one in buckets { try insertion.run(.identifier(one.id), .name(one.name), .identifier(one.organizationID)) }
  }

  private func insert(_ mappings: [Mapping]) throws(StoreError) {
    let insertion = try connection.statement(
      """
      INSERT INTO directory_mappings (id, organization, database, policy, bucket, is_default, is_virtual)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    for one in mappings {
      try insertion.run(
        .identifier(one.id), .identifier(one.organizationID), .name(one.database), .name(one.retentionPolicy),
        .identifier(one.bucketID), .integer(one.isDefault ? 1 : 0), .integer(one.isVirtual ? 1 : 0))
    }
  }
}

extension DirectorySource {
  /// In the one column that there is: the dialect, which holds no blank, and behind a blank the upstream. An earlier
  /// gatehouse, which reads the dialect alone, takes it for nothing and asks the upstream.
  fileprivate var kept: String { upstream.isEmpty ? dialect : "\(dialect) \(upstream)" }

  fileprivate init(kept: String) {
    let parts = kept.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(dialect: String(parts.first ?? ""), upstream: parts.count > 1 ? String(parts[1]) : "")
  }
}
