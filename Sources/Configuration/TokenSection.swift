// [[token]]: API tokens that are kept in the file.

import Formats

extension Configuration {
  static func tokens(_ root: inout TableReader, directory: Directory, dialect: Dialect?) -> [DeclaredToken] {
    var lines: [UInt64: Int] = [:]
    return root.decodeEach("token") { table in
      var token = DeclaredToken()
      token.line = table.position.line
      if let hash = table.tokenHash() {
        (token.id, token.salt, token.digest) = hash.value
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

  /// What a permission of a token may be about: the resource types of InfluxDB 2.9.1.
  public static let resourceTypes = [
    "authorizations", "buckets", "dashboards", "orgs", "sources", "tasks", "telegrafs", "users", "variables",
    "scrapers", "secrets", "labels", "views", "documents", "notificationRules", "notificationEndpoints", "checks",
    "dbrp", "notebooks", "annotations", "remotes", "replications",
  ]
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
  fileprivate mutating func tokenHash() -> Located<(id: UInt64, salt: [UInt8], digest: [UInt8])>? {
    if !has("hash") { problem("hash", "is missing; `gatehouse token hash` makes a token and its hash") }
    guard let text = string("hash") else { return nil }
    guard let hash = TokenHashFormat.parse(text.value) else {
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
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, ["read", "write"].contains(parts[0]) else {
      return "\"\(printable(text))\" must begin with read: or write:"
    }
    let resource = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard Configuration.resourceTypes.contains(resource[0]) else {
      if resource[0] == "instance" { return "\"instance\" is no type of a permission here; use operator = true" }
      let hint = nearest(to: resource[0], among: Configuration.resourceTypes).map { "; did you mean `\($0)`?" } ?? ""
      return "there is no resource type \"\(printable(resource[0]))\"\(hint)"
    }
    guard resource.count > 1 else { return nil }
    switch resource[0] {
    case "buckets":
      let names = resource[1].split(separator: "/", omittingEmptySubsequences: false)
      return names.contains("") || names.count > 2
        ? "\"\(printable(text))\" must name a database or \"database/policy\"" : nil
    case "users", "orgs": return resource[1].isEmpty ? "\"\(printable(text))\" ends in the middle" : nil
    default:
      let isIdentifier = resource[1].utf8.count == 16 && resource[1].utf8.allSatisfy(Self.isHexadecimal)
      return isIdentifier ? nil : "\(resource[0]) are named by an identifier of 16 hexadecimal digits"
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
