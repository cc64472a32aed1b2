// Which kind of request a path is: a closed set, compared exactly.

import Formats
import HTTP

/// Where a request goes. Nothing has a default that forwards.
public enum Route: Sendable {
  /// One that gatehouse serves itself, at exactly its path.
  case endpoint(Endpoint)
  /// The management API; the directory endpoints where the caller is a token of gatehouse.
  case management
  case directory
  /// Any other path, for the policy of `[forward]`.
  case other
  /// Never served nor forwarded, whatever is set.
  case closed
  /// The path is not text that two servers would read alike.
  case undecodable

  /// - Parameter path: as it came, without the query.
  public init(path: UnsafeRawBufferPointer) {
    if let endpoint = Endpoint.at(path) {
      self = .endpoint(endpoint)
    } else {
      self = Self.classify(path)
    }
  }

  /// For metrics and the access log.
  public var kind: Endpoint.Kind {
    switch self {
    case .endpoint(let endpoint): endpoint.kind
    case .management, .directory: .management
    case .other, .closed, .undecodable: .other
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
    for (prefix, route) in below where isBelow(decoded, prefix) { return route }
    // A path of ours in another spelling is not that path, and must not be forwarded as if it were some other.
    let isOurs = Endpoint.table.contains { $0.closesBelow && isBelow(decoded, $0.path, ignoringCase: true) }
    return isOurs || isBelow(decoded, "/api/v1/prom", ignoringCase: true) ? .closed : .other
  }

  /// What these paths are, and all that lie below them.
  private static let below: [(StaticString, Route)] = [
    ("/legacy", .management), ("/private/legacy", .management), ("/debug", .closed), ("/metrics", .closed),
    ("/api/v2/setup", .closed), ("/api/v2/me", .directory), ("/api/v2/users", .directory),
    ("/api/v2/orgs", .directory), ("/api/v2/buckets", .directory), ("/api/v2/dbrps", .directory),
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

extension Route {
  /// Where a request goes, unless its path, its listener or its sender's page is reason enough to refuse it.
  static func admitted(_ view: RequestView) throws(EarlyEnd) -> Route {
    if view.head.isAsteriskForm { throw .refuse(.malformed("OPTIONS * is not served")) }
    let route = view.head.path.isEmpty ? Route.closed : Route(path: view.path)
    switch route {
    case .undecodable: throw .refuse(.malformed("the path cannot be decoded"))
    case .closed: throw .refuse(.notFound)
    case .management:
      guard view.client.services.contains(.management) else { throw .refuse(.notFound) }
    case .directory: break
    case .other:
      guard view.client.services.contains(.data) else { throw .refuse(.notFound) }
    case .endpoint(let endpoint):
      guard view.client.services.contains(endpoint.service) else { throw .refuse(.notFound) }
      // Browsers ask without a credential, and get no permission.
      if view.head.method == .options, case .data = endpoint.treatment {
        throw .refuse(
          view.value(.origin) == nil
            ? .methodNotAllowed(endpoint.methods.preflightAllow) : .denied("cross-origin requests are not permitted"))
      }
      if endpoint.alwaysChanges, view.isCrossSite { throw .refuse(.ofAnotherSite) }
    }
    return route
  }
}
