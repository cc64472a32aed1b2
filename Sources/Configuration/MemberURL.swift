// The URL of an upstream member: scheme, host and port, nothing else.

/// Reads `http://host[:port]` and `https://host[:port]`.
enum MemberURL {
  /// The member, or why the text is none.
  static func parse(_ text: String) -> Result<Configuration.Member, Reason> {
    guard let separator = text.firstRange(of: "://") else { return .failure(.scheme) }
    var member = Configuration.Member()
    switch text[..<separator.lowerBound].lowercased() {
    case "http": member.port = 80
    case "https":
      member.port = 443
      member.isTLS = true
    default: return .failure(.scheme)
    }
    var authority = text[separator.upperBound...]
    // A single slash is the same URL (RFC 3986 §6.2.3).
    if authority.hasSuffix("/") { authority.removeLast() }
    guard !authority.contains(where: { "/?#".contains($0) }) else { return .failure(.path) }
    guard !authority.contains("@") else { return .failure(.userInformation) }
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let port = NumericAddress.port(authority[authority.index(after: colon)...]), port > 0 else {
        return .failure(.port)
      }
      member.port = port
      host = authority[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard NumericAddress.isIPv6(String(host)) else { return .failure(.host) }
    } else if !isHostName(host) {
      return .failure(.host)
    }
    member.host = String(host)
    return .success(member)
  }

  /// Letters, digits, dots, hyphens and underscores: names as resolvers take them, and IPv4 addresses.
  private static func isHostName(_ host: Substring) -> Bool {
    (1...253).contains(host.utf8.count)
      && host.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  enum Reason: String, Error {
    case scheme = "must begin with http:// or https://"
    case path = "must end after the port: a path, query or fragment cannot be kept"
    case userInformation = "must not carry a credential; use `username` and `password`, or `token`"
    case port = "has no valid port"
    case host = "has no valid host"
  }
}
