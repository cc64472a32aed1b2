// Members of a request's body that have no effect, named so that nobody takes a 200 for what was not done.

/// Names alone, each once, in their order; never a value, which may be a secret.
struct IgnoredMembers {
  private var names: [String] = []
  private var hasMore = false

  /// So many are named, and so many bytes of each.
  private static let most = 20
  private static let longest = 64

  /// What clients are known to send. A name out of nowhere may itself be a secret that slipped, and stays out of logs.
  private static let known: Set<String> = [
    "id", "token", "status", "description", "org", "orgID", "user", "userID", "permissions", "links", "createdAt",
    "updatedAt", "lastUsedAt", "expiresAt", "previousPasswordExpiresAt", "password", "passwordHash", "name", "hash",
  ]

  mutating func note(_ name: String) {
    // What could end the field or its quotation is not repeated.
    let bytes = name.utf8.prefix(Self.longest).map { byte in
      (0x20...0x7e).contains(byte) && !"\"\\".utf8.contains(byte) ? byte : UInt8(ascii: "?")
    }
    let shown = String(decoding: bytes, as: UTF8.self)
    guard !names.contains(shown) else { return }
    if names.count < Self.most { names.append(shown) } else { hasMore = true }
  }

  /// The field that tells the caller (RFC 7234 §5.5), as 299, "miscellaneous persistent warning"; nil where all that was
  /// sent counts.
  var field: (name: String, value: String)? {
    Self.text(names, hasMore: hasMore).map { ("Warning", "299 gatehouse \"\($0)\"") }
  }

  /// What the log is told of them.
  var logged: String? {
    let known = names.filter(Self.known.contains)
    return Self.text(known, hasMore: hasMore || known.count < names.count)
  }

  private static func text(_ names: [String], hasMore: Bool) -> String? {
    let all = names + (hasMore ? ["others"] : [])
    return all.isEmpty ? nil : "no effect: " + all.joined(separator: ", ")
  }
}
