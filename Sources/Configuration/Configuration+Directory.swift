// What [directory] and its declared tables say.

extension Configuration {
  /// `[directory]`: where organizations, users, buckets and mappings come from.
  public struct Directory: Sendable, Equatable {
    public enum Source: String, Sendable, CaseIterable { case upstream, declared }

    public var source = Source.upstream
    public var organization = "default"
    public var user = "admin"
    /// Seconds between two refreshes from the upstream.
    public var refreshSeconds = 30
    public var organizations: [String] = []
    public var users: [DeclaredUser] = []
    public var buckets: [DeclaredBucket] = []
    /// In front of 1.x also those that the names of its buckets, `db/rp`, imply.
    public var mappings: [DeclaredMapping] = []

    public init() {}
  }

  /// `[[user]]`. Its organization is filled in where there is only one.
  public struct DeclaredUser: Sendable, Equatable {
    public var name = ""
    public var organization = ""

    public init() {}
  }

  /// `[[bucket]]`. In front of 1.x its name is `database/policy`.
  public struct DeclaredBucket: Sendable, Equatable {
    public var name = ""
    public var organization = ""

    public init() {}
  }

  /// `[[mapping]]`: which bucket a database and retention policy of a 1.x client are.
  public struct DeclaredMapping: Sendable, Equatable {
    public var organization = ""
    public var database = ""
    public var retentionPolicy = ""
    public var bucket = ""
    public var isDefault = false

    public init() {}
  }
}
