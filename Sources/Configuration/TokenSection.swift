// [[token]]: API tokens that are kept in the file.

import Formats

extension Configuration {
  static func tokens(_ root: inout TableReader, directory: Directory, dialect: Dialect?) -> [DeclaredToken] {
    var lines: [Identifier?: Int] = [:]
    return root.decodeEach("token") { table in
      var token = DeclaredToken()
      token.line = table.position.line
      if let hash = table.tokenHash() {
        (token.id, token.salt, token.digest) = (hash.value.id, hash.value.salt, hash.value.digest)
        if let line = lines.updateValue(token.line, forKey: token.id) {
          table.problem("hash", "is of the same token as that at line \(line)", at: hash.position)
        }
      }
      token.isOperator = table.boolean("operator")?.value ?? false
      token.permissions = table.permissions()
      if !token.isOperator, !table.has("permissions") {
        table.problem("permissions", "is missing; write permissions = [\"read:buckets/metrics\"] or operator = true")
      } else if token.isOperator, table.has("permissions") {
        table.problem("permissions", "has no meaning beside `operator = true`")
      }
      token.isActive = table.status()
      token.description = table.loginDescription()
      token.expiresAt = table.time("expires")
      let names = DirectoryNames(directory, dialect: dialect)
      token.organization = names.organization(&table)
      token.user = names.user(&table, of: token.organization)
      return token
    }
  }
}

/// The names that are known before an upstream was asked; nil where it must be asked.
private struct DirectoryNames {
  private let organizations: [String]?
  private let users: [Configuration.DeclaredUser]?

  init(_ directory: Configuration.Directory, dialect: Dialect?) {
    if directory.source == .declared {
      organizations = directory.organizations
      users = directory.users
    } else if let dialect, !dialect.hasOrganizations {
      var user = Configuration.DeclaredUser()
      user.name = directory.user
      user.organization = directory.organization
      organizations = [directory.organization]
      users = [user]
    } else {
      organizations = nil
      users = nil
    }
  }

  func organization(_ table: inout TableReader) -> String? {
    guard let name = table.name("organization") else { return nil }
    if let organizations, !organizations.contains(where: { $0.bytes == name.value.bytes }) {
      table.problem("organization", "there is no organization \"\(printable(name.value))\"", at: name.position)
    }
    return name.value
  }

  func user(_ table: inout TableReader, of organization: String?) -> String? {
    guard let name = table.name("user") else { return nil }
    let owner = (organization ?? organizations?.first)?.bytes
    if let users, !users.contains(where: { $0.name.bytes == name.value.bytes && $0.organization.bytes == owner }) {
      table.problem(
        "user", "there is no user \"\(printable(name.value))\" of its organization", at: name.position)
    }
    return name.value
  }
}

extension TableReader {
  fileprivate mutating func tokenHash() -> Located<TokenHash>? {
    if !has("hash") { problem("hash", "is missing; `gatehouse token hash` makes a token and its hash") }
    guard let text = string("hash") else { return nil }
    guard let hash = TokenHash(text.value) else {
      // Whoever writes the token itself here must not find it in a log.
      problem("hash", "is not a whole hash as `gatehouse token hash` prints it", at: text.position)
      return nil
    }
    return Located(value: hash, position: text.position)
  }

  fileprivate mutating func permissions() -> [String] {
    guard let texts = strings("permissions") else { return [] }
    if texts.value.isEmpty { problem("permissions", "must not be empty", at: texts.position) }
    var permissions: [String] = []
    for text in texts.value where check(text, of: "permissions") {
      if let mistake = Self.mistake(inPermission: text.value) {
        problem("permissions", mistake, at: text.position)
      } else {
        permissions.append(text.value)
      }
    }
    return permissions
  }

  /// What is wrong with `read:TYPE/OBJECT`, nil when nothing is.
  private static func mistake(inPermission text: String) -> String? {
    do throws(PermissionText.Problem) {
      let permission = try PermissionText(text)
      try permission.checkObject()
      guard permission.type == .buckets, permission.identifier == nil, let object = permission.object,
        BucketName(declared: object) == nil
      else { return nil }
      throw .noBucket(object)
    } catch {
      return words(for: error, in: text)
    }
  }

  private static func words(for problem: PermissionText.Problem, in text: String) -> String {
    switch problem {
    case .noAction: return "\"\(printable(text))\" must begin with read: or write:"
    case .instance: return "\"instance\" is no type of a permission here; use operator = true"
    case .unknownType(let type):
      let types = ResourceType.allCases.filter { $0 != .instance }.map(\.rawValue)
      let hint = nearest(to: type, among: types).map { "; did you mean `\($0)`?" } ?? ""
      return "there is no resource type \"\(printable(type))\"\(hint)"
    case .unfinished: return "\"\(printable(text))\" ends in the middle"
    case .noBucket: return "\"\(printable(text))\" must name a database or \"database/policy\""
    case .noIdentifier(_, let type): return "\(type.rawValue) are named by an identifier of 16 hexadecimal digits"
    }
  }
}
