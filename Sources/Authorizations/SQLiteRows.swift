// How authorizations, tokens and their permissions become rows, and come back.

import Formats

/// Reads and writes within a transaction of its caller.
struct SQLiteRows {
  let connection: SQLiteConnection

  /// `only`: nil for all.
  func authorizations(_ only: Identifier? = nil) throws(StoreError) -> [Authorization] {
    var permissions = try permissions(in: "authorization_permissions", of: only)
    var found: [Authorization] = []
    let query = try connection.statement(
      """
      SELECT id, token, status, description, organization, owner, password_hash, revision, created_at, updated_at,
        expires_at, previous_hash, previous_expires_at
      FROM authorizations\(only == nil ? "" : " WHERE id = ?") ORDER BY id
      """)
    try query.bind(only.map { [.identifier($0)] } ?? [])
    while try query.step() {
      let id = try query.identifier(0)
      found.append(
        Authorization(
          id: id, token: try query.name(1), status: try query.value(2, as: Status.self),
          description: try query.name(3), organizationID: try query.identifier(4), userID: try query.identifier(5),
          permissions: permissions.removeValue(forKey: id) ?? [], passwordHash: query.optionalText(6),
          previousPassword: previousPassword(query.optionalText(11), query.optionalInteger(12)),
          expiresAt: query.optionalInteger(10), revision: UInt64(bitPattern: query.integer(7)),
          createdAt: query.integer(8), updatedAt: query.integer(9)))
    }
    return found
  }

  func tokens(_ only: Identifier? = nil) throws(StoreError) -> [APIToken] {
    var permissions = try permissions(in: "token_permissions", of: only)
    var found: [APIToken] = []
    let query = try connection.statement(
      """
      SELECT id, salt, digest, status, description, organization, owner, revision, created_at, updated_at, expires_at
      FROM tokens\(only == nil ? "" : " WHERE id = ?") ORDER BY id
      """)
    try query.bind(only.map { [.identifier($0)] } ?? [])
    while try query.step() {
      let id = try query.identifier(0)
      found.append(
        APIToken(
          id: id, salt: query.bytes(1), digest: query.bytes(2), status: try query.value(3, as: Status.self),
          description: try query.name(4), organizationID: try query.identifier(5), userID: try query.identifier(6),
          permissions: permissions.removeValue(forKey: id) ?? [], expiresAt: query.optionalInteger(10),
          revision: UInt64(bitPattern: query.integer(7)), createdAt: query.integer(8), updatedAt: query.integer(9)))
    }
    return found
  }

  private func previousPassword(_ hash: String?, _ expiresAt: Int64?) -> PreviousPassword? {
    guard let hash, let expiresAt else { return nil }
    return PreviousPassword(hash: hash, expiresAt: expiresAt)
  }

  private func permissions(
    in table: String, of holder: Identifier?
  ) throws(StoreError) -> [Identifier: [Permission]] {
    var found: [Identifier: [Permission]] = [:]
    let query = try connection.statement(
      """
      SELECT holder, action, type, resource, organization, name FROM \(table)\(holder == nil ? "" : " WHERE holder = ?")
      ORDER BY holder, position
      """)
    try query.bind(holder.map { [.identifier($0)] } ?? [])
    while try query.step() {
      let resource = Resource(
        type: try query.value(2, as: ResourceType.self), id: try query.optionalIdentifier(3),
        organizationID: try query.optionalIdentifier(4), name: try query.optionalName(5))
      found[try query.identifier(0), default: []].append(
        Permission(try query.value(1, as: Action.self), resource))
    }
    return found
  }

  func insert(_ authorization: Authorization) throws(StoreError) {
    try connection.statement(
      """
      INSERT INTO authorizations
        (id, token, status, description, organization, owner, password_hash, revision, created_at, updated_at,
         expires_at, previous_hash, previous_expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run(
      .identifier(authorization.id), .name(authorization.token), .text(authorization.status.rawValue),
      .name(authorization.description), .identifier(authorization.organizationID), .identifier(authorization.userID),
      .text(authorization.passwordHash), .integer(Int64(bitPattern: authorization.revision)),
      .integer(authorization.createdAt), .integer(authorization.updatedAt),
      .optionalInteger(authorization.expiresAt), .text(authorization.previousPassword?.hash),
      .optionalInteger(authorization.previousPassword?.expiresAt))
    try insert(authorization.permissions, of: authorization.id, into: "authorization_permissions")
  }

  func update(_ authorization: Authorization) throws(StoreError) {
    try connection.statement(
      """
      UPDATE authorizations SET token = ?, status = ?, description = ?, organization = ?, owner = ?,
        password_hash = ?, revision = ?, created_at = ?, updated_at = ?, expires_at = ?, previous_hash = ?,
        previous_expires_at = ? WHERE id = ? AND revision = ?
      """
    ).run(
      .name(authorization.token), .text(authorization.status.rawValue), .name(authorization.description),
      .identifier(authorization.organizationID), .identifier(authorization.userID),
      .text(authorization.passwordHash), .integer(Int64(bitPattern: authorization.revision)),
      .integer(authorization.createdAt), .integer(authorization.updatedAt),
      .optionalInteger(authorization.expiresAt), .text(authorization.previousPassword?.hash),
      .optionalInteger(authorization.previousPassword?.expiresAt), .identifier(authorization.id),
      .integer(Int64(bitPattern: authorization.revision &- 1)))
    guard connection.changedRows > 0 else { throw try missedUpdate(authorization.id, of: "authorizations") }
    try replace(authorization.permissions, of: authorization.id, in: "authorization_permissions")
  }

  func insert(_ token: APIToken) throws(StoreError) {
    try connection.statement(
      """
      INSERT INTO tokens
        (id, salt, digest, status, description, organization, owner, revision, created_at, updated_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run(
      .identifier(token.id), .bytes(token.salt), .bytes(token.digest), .text(token.status.rawValue),
      .name(token.description), .identifier(token.organizationID), .identifier(token.userID),
      .integer(Int64(bitPattern: token.revision)), .integer(token.createdAt), .integer(token.updatedAt),
      .optionalInteger(token.expiresAt))
    try insert(token.permissions, of: token.id, into: "token_permissions")
  }

  func update(_ token: APIToken) throws(StoreError) {
    try connection.statement(
      """
      UPDATE tokens SET salt = ?, digest = ?, status = ?, description = ?, organization = ?, owner = ?,
        revision = ?, created_at = ?, updated_at = ?, expires_at = ? WHERE id = ? AND revision = ?
      """
    ).run(
      .bytes(token.salt), .bytes(token.digest), .text(token.status.rawValue), .name(token.description),
      .identifier(token.organizationID), .identifier(token.userID), .integer(Int64(bitPattern: token.revision)),
      .integer(token.createdAt), .integer(token.updatedAt), .optionalInteger(token.expiresAt), .identifier(token.id),
      .integer(Int64(bitPattern: token.revision &- 1)))
    guard connection.changedRows > 0 else { throw try missedUpdate(token.id, of: "tokens") }
    try replace(token.permissions, of: token.id, in: "token_permissions")
  }

  private func replace(
    _ permissions: [Permission], of holder: Identifier, in table: String
  ) throws(StoreError) {
    try connection.statement("DELETE FROM \(table) WHERE holder = ?").run(.identifier(holder))
    try insert(permissions, of: holder, into: table)
  }

  private func insert(
    _ permissions: [Permission], of holder: Identifier, into table: String
  ) throws(StoreError) {
    let insertion = try connection.statement(
      """
      INSERT INTO \(table) (holder, position, action, type, resource, organization, name)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    for (position, permission) in permissions.enumerated() {
      let resource = permission.resource
      try insertion.run(
        .identifier(holder), .integer(Int64(position)), .text(permission.action.rawValue),
        .text(resource.type.rawValue), .identifier(resource.id), .identifier(resource.organizationID),
        .name(resource.name))
    }
  }

  func delete(_ id: Identifier, from table: String) throws(StoreError) {
    try connection.statement("DELETE FROM \(table) WHERE id = ?").run(.identifier(id))
    guard connection.changedRows > 0 else { throw .notFound }
  }

  /// After an UPDATE that found nothing: was the row not there, or changed by someone else?
  private func missedUpdate(_ id: Identifier, of table: String) throws(StoreError) -> StoreError {
    let query = try connection.statement("SELECT 1 FROM \(table) WHERE id = ?")
    try query.bind([.identifier(id)])
    return try query.step() ? .stale : .notFound
  }
}
