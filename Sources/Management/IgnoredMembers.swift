// Members of a request's body that have no effect, named so that nobody takes a 200 for what was not done.

/// Names alone, each once, in their order; never a value, which may be a secret.
struct IgnoredMembers {
  private var names: [String] = []
  private var hasMore = false

  /// So many are named, and so many bytes of each.
  private static let most = 20
  private static let longest = 64

  mutating func note(_ name: String) {
    // What could end the field or its quotation is not repeated.
    let bytes = name.utf8.prefix(Self.longest).map { byte in
      (0x20...0x7e).contains(byte) && !"\"\\".utf8.contains(byte) ? byte : UInt8(ascii: "?")
    }
    let shown = String(decoding: bytes, as: UTF8.self)
    guard !names.contains(shown) else { return }
    if names.count < Self.most { names.append(shown) } else { hasMore = true }
  }

  /// What is told of them; nil where all that was sent counts.
  var text: String? {
    guard !names.isEmpty else { return nil }
    return "no effect: " + names.joined(separator: ", ") + (hasMore ? ", and others" : "")
  }

  /// The field that tells it (RFC 7234 §5.5), as 299, "miscellaneous persistent warning".
  var field: (name: String, value: String)? { text.map { ("Warning", "299 gatehouse \"\($0)\"") } }
}
