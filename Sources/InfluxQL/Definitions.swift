// What the statements hold that create and change databases, policies, queries, subscriptions and users.

/// CREATE CONTINUOUS QUERY.
public struct ContinuousQuery: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var every: TimeSpan?
  public var `for`: TimeSpan?
  /// Its INTO clause is there; what it names without a database is in `database`.
  public var selection: Selection
}

/// CREATE DATABASE with the policy that it may define.
public struct DatabaseDefinition: Hashable, Sendable {
  public var name: Name
  public var definesPolicy = false
  public var policy = PolicyOptions()
  public var policyName: Name?
}

/// CREATE and ALTER RETENTION POLICY.
public struct PolicyDefinition: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var options = PolicyOptions()
}

/// The options of a retention policy; nil where a statement leaves one out.
public struct PolicyOptions: Hashable, Sendable {
  /// Zero is forever.
  public var duration: TimeSpan?
  public var replication: Int64?
  public var shardDuration: TimeSpan?
  public var isDefault = false
  /// How far into the future and the past points are accepted; 1.12 only.
  public var futureLimit: TimeSpan?
  public var pastLimit: TimeSpan?
}

/// CREATE and DROP SUBSCRIPTION.
public struct Subscription: Hashable, Sendable {
  public var name: Name
  public var database: Name
  public var retentionPolicy: Name
  /// DESTINATIONS ALL or ANY, and where to; empty for DROP.
  public var sendsToAll = false
  public var destinations: [Name] = []
}

extension Subscription {
  /// A destination without what may be a secret in it: its scheme and host alone, each only where it is plainly one.
  static func shown(_ destination: Name) -> Name {
    let text = destination.text.utf8
    guard let colon = text.firstIndex(of: Byte.colon), text[text.index(after: colon)...].starts(with: "//".utf8),
      text[..<colon].allSatisfy({ Byte.isWord($0) })
    else { return "[REDACTED]" }
    let rest = text[text.index(colon, offsetBy: 3)...]
    // A password may hold any character, so all before the last `@` counts as one.
    let behindUser = rest.lastIndex(of: UInt8(ascii: "@")).map { rest[rest.index(after: $0)...] }
    let afterUser = behindUser ?? rest
    let host = afterUser.prefix { $0 != Byte.slash && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let tail = afterUser[host.endIndex...]
    guard isHost(host) else { return "[REDACTED]" }
    let isBare = tail.isEmpty || tail.elementsEqual("/".utf8)
    return Name(
      "\(Substring(text[..<colon]))://\(behindUser == nil ? "" : "[REDACTED]@")\(Substring(host))"
        + (isBare ? "\(Substring(tail))" : "/[REDACTED]"))
  }

  /// A name or address, and a port of digits.
  private static func isHost(_ host: Substring.UTF8View) -> Bool {
    let isBracketed = host.first == UInt8(ascii: "[")
    let end = isBracketed ? host.firstIndex(of: UInt8(ascii: "]")) : host.firstIndex(of: Byte.colon) ?? host.endIndex
    guard let end, end > host.startIndex else { return false }
    let port = isBracketed ? host[host.index(after: end)...] : host[end...]
    let allowed = isBracketed ? "[.:".utf8 : ".-".utf8
    return host[..<end].allSatisfy { Byte.isWord($0) || allowed.contains($0) }
      && (port.isEmpty || port.first == Byte.colon && port.count < 7 && port.dropFirst().allSatisfy(Byte.isDigit))
  }
}

/// CREATE USER and SET PASSWORD. The password is read and not kept.
public struct UserDefinition: Hashable, Sendable {
  public var name: Name
  public var isAdministrator = false
}

/// GRANT and REVOKE.
public struct PrivilegeGrant: Hashable, Sendable {
  public var privilege: Privilege
  /// Nil for the administrator's privilege.
  public var database: Name?
  public var user: Name

  public enum Privilege: String, Hashable, Sendable {
    case read = "READ"
    case write = "WRITE"
    case all = "ALL PRIVILEGES"
  }
}
