// A bucket's name as v1 clients, permissions and mappings read it: a database and one of its retention policies.

/// `db`, `db/rp`, or `db/*` for every retention policy. The database ends at the first slash.
///
/// Names are bytes: Swift compares strings by canonical equivalence, so they are compared as UTF-8 everywhere.
public struct BucketName: Sendable {
  public enum Policy: Sendable {
    /// `db`: the default one, or every one, as its reader means it.
    case unsaid
    /// `db/*`.
    case every
    case named(String)
  }

  /// Never empty.
  public let database: String
  public let policy: Policy

  /// The policy of a database that says none, in front of 2.x.
  public static let usualPolicy = "autogen"

  /// nil where the database or the policy behind a slash is empty: an empty policy would read as the default one.
  public init?(_ text: String) {
    guard let (database, policy) = Self.parts(of: text) else { return nil }
    self.database = database
    guard let policy else {
      self.policy = .unsaid
      return
    }
    guard !policy.isEmpty else { return nil }
    self.policy = policy.utf8.elementsEqual("*".utf8) ? .every : .named(policy)
  }

  /// The text before the first slash and the one behind it, which is nil where there is no slash; nil for no database.
  public static func parts(of text: String) -> (database: String, policy: String?)? {
    let bytes = text.utf8
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return text.isEmpty ? nil : (text, nil) }
    guard slash > bytes.startIndex else { return nil }
    return (String(text[..<slash]), String(text[bytes.index(after: slash)...]))
  }

  /// What the configuration file may name: as 1.x knows them, so without a second slash, and no pattern for databases.
  public init?(declared text: String) {
    self.init(text)
    guard !database.utf8.elementsEqual("*".utf8) else { return nil }
    if case .named(let policy) = policy, policy.utf8.contains(UInt8(ascii: "/")) { return nil }
  }

  /// The retention policy of the bucket of this name: `autogen` where it says none.
  public var retentionPolicy: String {
    switch policy {
    case .unsaid: Self.usualPolicy
    case .every: "*"
    case .named(let policy): policy
    }
  }

  public var saysPolicy: Bool { if case .unsaid = policy { false } else { true } }

  /// How a permission keeps it: a database without a policy means every one.
  public var ofPermission: String {
    switch policy {
    case .unsaid, .every: database + "/*"
    case .named(let policy): "\(database)/\(policy)"
    }
  }

  // MARK: Names of permissions

  /// Whether a name means every retention policy of a database: `db/*`.
  public static func isPattern(_ name: String) -> Bool {
    name.utf8.count > 2 && name.utf8.suffix(2).elementsEqual("/*".utf8)
  }

  /// False for a pattern that no bucket can match: what stands before `/*` is a database, and its name ends at the first
  /// `/` of a bucket's. And for `*/*`: it does not reach every database, which is all that can be meant by it.
  public static func canMatch(_ name: String) -> Bool {
    guard isPattern(name) else { return true }
    let database = name.utf8.dropLast(2)
    return !database.contains(UInt8(ascii: "/")) && !database.elementsEqual("*".utf8)
  }

  /// Whether the name of a permission means the bucket `name`: a pattern compares with its database, another name whole.
  public static func pattern(_ pattern: String, matches name: String) -> Bool {
    guard isPattern(pattern) else { return pattern.utf8.elementsEqual(name.utf8) }
    return pattern.utf8.dropLast(2).elementsEqual(name.utf8.prefix { $0 != UInt8(ascii: "/") })
  }
}
