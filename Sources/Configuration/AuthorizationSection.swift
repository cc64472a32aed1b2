// [[authorization]]: logins that are kept in the file.

import Formats

extension Configuration.DeclaredAuthorization {
  /// Decodes every `[[authorization]]`.
  static func all(in root: inout TableReader) -> [Self] {
    var lines: [[UInt8]: Int] = [:]
    return root.decodeEach("authorization") { table in
      var login = Self()
      login.line = table.position.line
      if let token = table.requiredName("token", hint: ": the name of the login") {
        login.token = token.value
        if let line = lines.updateValue(login.line, forKey: token.value.bytes) {
          table.problem("token", "is the name of the login at line \(line) too", at: token.position)
        }
      }
      login.passwordHash = table.passwordHash() ?? ""
      login.isActive = table.status()
      login.description = table.loginDescription()
      login.expiresAt = table.time("expires")
      login.read = table.targets("read")
      login.write = table.targets("write")
      if !table.has("read"), !table.has("write") {
        table.warning("token", "may neither read nor write: `read` and `write` are missing")
      }
      return login
    }
  }
}

extension TableReader {
  fileprivate mutating func passwordHash() -> String? {
    if !has("password_hash") { problem("password_hash", "is missing; `gatehouse hash-password` makes one") }
    guard let hash = string("password_hash") else { return nil }
    do throws(PasswordHash.Problem) { _ = try PasswordHash(reading: hash.value) } catch {
      problem("password_hash", error.description, at: hash.position)
    }
    return hash.value
  }

  private enum Status: String, CaseIterable { case active, inactive }

  mutating func status() -> Bool {
    let status: Status? = choice("status")
    return status != .inactive
  }

  mutating func loginDescription() -> String {
    guard let text = string("description") else { return "" }
    if text.value.utf8.count > 65_536 { problem("description", "is longer than 64 KiB", at: text.position) }
    return text.value
  }

  /// Databases, or a retention policy of one as `db/rp`. `db/*` is another way to say `db`.
  fileprivate mutating func targets(_ key: String) -> [String] {
    guard let texts = strings(key) else { return [] }
    var targets: [String] = []
    for text in texts.value where check(text, of: key) {
      guard let name = BucketName(declared: text.value) else {
        problem(key, "must be a database or \"database/policy\"", at: text.position)
        continue
      }
      let target = if case .every = name.policy { name.database } else { text.value }
      if targets.contains(where: { $0.utf8.elementsEqual(target.utf8) }) {
        problem(key, "has \"\(printable(text.value))\" twice", at: text.position)
      } else {
        targets.append(target)
      }
    }
    return targets
  }
}
