// The configuration as values: what the file said, decoded and checked, with every default filled in.

/// One whole configuration. Paths are absolute or relative to the process once loaded.
public struct Configuration: Sendable, Equatable {
  public var listeners: [Listener] = []
  public var upstream = Upstream()
  public var store = Store()
  public var directory = Directory()
  public var forward = Forward()
  public var policy = Policy()
  public var authorizations: [DeclaredAuthorization] = []
  public var tokens: [DeclaredToken] = []
  public var limits = Limits()
  public var timeouts = Timeouts()
  public var log = Log()
  public var passwords = Passwords()
  /// What deserves a second look but stops nothing, in the order of lines.
  public var warnings: [Problem] = []

  public init() {}

  /// `[store]`: where logins and tokens made at run time are kept.
  public struct Store: Sendable, Equatable {
    public var path = "gatehouse.db"

    public init() {}
  }

  /// `[log]`: where the access log and the audit log go.
  public struct Log: Sendable, Equatable {
    /// `-` for standard output; nil for no access log.
    public var access: String? = "-"
    /// The file of the audit log; nil for none.
    public var audit: String?
    /// Of the event log; what is below is dropped.
    public var level = Level.info

    public enum Level: String, Sendable, CaseIterable {
      case debug, info, warning, error
    }

    public init() {}
  }

  /// `[passwords]`: how passwords are hashed and verified.
  public struct Passwords: Sendable, Equatable {
    /// bcrypt cost of new hashes, 4...15.
    public var cost = 10
    /// Threads that verify passwords; nil for one per two processors, at least one.
    public var workers: Int?
    /// Verifications that may wait before others are answered 503.
    public var queue = 16_384
    /// Whether new passwords must hold three of four kinds of characters, as `influxd --strong-passwords`.
    public var strong = false

    public init() {}
  }
}
