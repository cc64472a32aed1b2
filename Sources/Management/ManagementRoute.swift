// The paths that the management API answers: a closed set, compared exactly.

enum ManagementRoute: Equatable {
  case authorizations
  case authorization(String)
  case password(String)
  case me
  case user(String)
  case organizations
  case organization(String)
  case buckets
  case bucket(String)
  case mappings

  /// One trailing slash is cut off, as the real server does; nothing else is forgiven.
  init?(path: String) {
    var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if segments.count > 1, segments.last?.isEmpty == true { segments.removeLast() }
    guard !segments.contains(where: \.isEmpty) else { return nil }
    let names = segments.map { Array($0.utf8) }
    if let rest = Self.rest(of: names, after: ["private", "legacy", "authorizations"])
      ?? Self.rest(of: names, after: ["legacy", "authorizations"])
    {
      switch rest.count {
      case 0: self = .authorizations
      case 1: self = .authorization(Self.text(rest[0]))
      case 2 where rest[1].elementsEqual("password".utf8): self = .password(Self.text(rest[0]))
      default: return nil
      }
      return
    }
    guard let rest = Self.rest(of: names, after: ["api", "v2"]), let first = rest.first else { return nil }
    switch (Self.text(first), rest.count) {
    case ("me", 1): self = .me
    case ("users", 2): self = .user(Self.text(rest[1]))
    case ("orgs", 1): self = .organizations
    case ("orgs", 2): self = .organization(Self.text(rest[1]))
    case ("buckets", 1): self = .buckets
    case ("buckets", 2): self = .bucket(Self.text(rest[1]))
    case ("dbrps", 1): self = .mappings
    default: return nil
    }
  }

  var allowedMethods: String {
    switch self {
    case .authorizations: "GET, POST"
    case .authorization: "GET, PATCH, DELETE"
    case .password: "POST"
    default: "GET"
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func rest(of names: [[UInt8]], after prefix: [String]) -> [[UInt8]]? {
    guard names.count >= prefix.count, zip(names, prefix).allSatisfy({ $0.elementsEqual($1.utf8) }) else {
      return nil
    }
    return Array(names.dropFirst(prefix.count))
  }
}
