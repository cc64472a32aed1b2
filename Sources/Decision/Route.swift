// Which kind of request a path is: a closed set, compared exactly.

import HTTP

/// Where a request goes. Nothing has a default that forwards.
public enum Route: Equatable, Sendable {
  case ping
  case health
  case write
  case query
  /// `/api/v2/write`.
  case bucketWrite
  /// `/api/v1/prom/write` and `/api/v1/prom/read`.
  case prometheusWrite
  case prometheusRead
  /// `/api/v2/query`.
  case flux
  /// `/api/v2/delete`.
  case deletion
  /// The management API; the directory endpoints where the caller is a token of gatehouse.
  case management
  case directory
  /// Any other path, for the policy of `[forward]`.
  case other
  /// Never served nor forwarded, whatever is set.
  case closed
  /// The path is not text that two servers would read alike.
  case undecodable

  /// Whether whatever is sent there changes something.
  var alwaysChanges: Bool {
    switch self {
    case .write, .bucketWrite, .prometheusWrite, .deletion: true
    default: false
    }
  }

  /// - Parameter path: as it came, without the query.
  public init(path: UnsafeRawBufferPointer) {
    if let exact = Self.exact(path) {
      self = exact
    } else {
      self = Self.classify(path)
    }
  }

  private static func exact(_ path: UnsafeRawBufferPointer) -> Route? {
    func same(_ text: StaticString) -> Bool { path.equals(text) }
    switch path.count {
    case 5 where same("/ping"): return .ping
    case 6 where same("/write"): return .write
    case 6 where same("/query"): return .query
    case 7 where same("/health"): return .health
    case 7 where same("/status"): return .ping
    case 13 where same("/api/v2/write"): return .bucketWrite
    case 13 where same("/api/v2/query"): return .flux
    case 14 where same("/api/v2/delete"): return .deletion
    case 17 where same("/api/v1/prom/read"): return .prometheusRead
    case 18 where same("/api/v1/prom/write"): return .prometheusWrite
    default: return nil
    }
  }

  private static func classify(_ path: UnsafeRawBufferPointer) -> Route {
    guard path.first == UInt8(ascii: "/"), let decoded = PercentCoding.decode(path, plusIsBlank: false) else {
      return .undecodable
    }
    // A query may hold bytes above ASCII, as real servers let it; a path that does names nothing.
    guard !decoded.contains(where: { $0 < 0x20 || $0 == 0x7f }), !path.contains(where: { $0 >= 0x80 }) else {
      return .undecodable
    }
    // Encoded characters that need no encoding, dot segments, empty segments and backslashes are read differently by
    // different servers: such a path names nothing here.
    guard isNormal(path, decoded: decoded) else {
      // The management API says so in its own dialect.
      return isBelow(decoded, "/legacy") || isBelow(decoded, "/private") ? .management : .closed
    }
    if isBelow(decoded, "/legacy") || isBelow(decoded, "/private/legacy") { return .management }
    if isBelow(decoded, "/debug") || isBelow(decoded, "/metrics") || isBelow(decoded, "/api/v2/setup") {
      return .closed
    }
    for open in ["/api/v2/me", "/api/v2/users", "/api/v2/orgs", "/api/v2/buckets", "/api/v2/dbrps"] as [StaticString]
    where isBelow(decoded, open) { return .directory }
    // A v1 path in another spelling is not that path, and must not be forwarded as if it were some other.
    for own in closedSpellings where isBelow(decoded, own, ignoringCase: true) { return .closed }
    return .other
  }

  private static let closedSpellings: [StaticString] = [
    "/write", "/query", "/ping", "/health", "/status", "/api/v2/write", "/api/v2/delete",
    "/api/v1/prom",
  ]

  private static func isNormal(_ path: UnsafeRawBufferPointer, decoded: [UInt8]) -> Bool {
    guard !decoded.contains(UInt8(ascii: "\\")), !decoded.contains(UInt8(ascii: ";")) else { return false }
    var isRaw = [Bool](repeating: false, count: 256)
    for byte in path { isRaw[Int(byte)] = true }
    var canonicalLength = 0
    for byte in decoded {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        canonicalLength += 1
      default: canonicalLength += isRaw[Int(byte)] ? 1 : 3
      }
    }
    guard canonicalLength == path.count else { return false }
    let segments = decoded.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return segments.enumerated().allSatisfy { i, segment in
      if segment.isEmpty { return i == segments.count - 1 }
      return !segment.elementsEqual([UInt8(ascii: ".")]) && !segment.elementsEqual("..".utf8)
    }
  }

  /// Whether `path` is `prefix` or lies below it.
  private static func isBelow(_ path: [UInt8], _ prefix: StaticString, ignoringCase: Bool = false) -> Bool {
    let length = prefix.utf8CodeUnitCount
    guard path.count >= length, path.count == length || path[length] == UInt8(ascii: "/") else { return false }
    return prefix.withUTF8Buffer { expected in
      zip(path, expected).allSatisfy { ignoringCase ? $0 | 0x20 == $1 | 0x20 : $0 == $1 }
    }
  }
}
