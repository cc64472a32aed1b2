// The configuration as values: what the file said, decoded and checked, with every default filled in.

/// One whole configuration. Paths are absolute or relative to the process once loaded.
public struct Configuration: Sendable, Equatable {
  public var listeners: [Listener] = []
  public var upstream = Upstream()
  public var store = Store()
  public var directory = Directory()
  public var forward = Forward()
  public var authorizations: [DeclaredAuthorization] = []
  public var limits = Limits()
  public var timeouts = Timeouts()
  public var log = Log()
  public var passwords = Passwords()
  /// What deserves a second look but stops nothing, in the order of lines.
  public var warnings: [Problem] = []

  public init() {}

  public struct Listener: Sendable, Equatable {
    /// Numeric address without brackets.
    public var address = "127.0.0.1"
    public var port: UInt16 = 8086
    /// nil where the listener is plaintext.
    public var tls: TLS?
    public var serves: Set<Service> = [.data, .management]
    /// Line of `[[listener]]` in the file, for messages.
    public var line = 0

    public init() {}
  }

  public enum Service: String, Sendable, CaseIterable { case data, management }

  public struct TLS: Sendable, Equatable {
    public var certificatePath = ""
    public var keyPath = ""
    /// `"1.2"` or `"1.3"`.
    public var minimumVersion = TLSVersion.tls12
    /// OpenSSL cipher list for TLS 1.2; nil for OpenSSL's defaults without anything below HIGH.
    public var ciphers: String?
    /// OpenSSL cipher suites for TLS 1.3; nil for OpenSSL's defaults.
    public var cipherSuites: String?

    public init() {}
  }

  public enum TLSVersion: String, Sendable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  public enum Dialect: String, Sendable, CaseIterable {
    case influxDB1 = "influxdb-1"
    case influxDB2 = "influxdb-2"
  }

  public struct Upstream: Sendable, Equatable {
    public var dialect = Dialect.influxDB1
    public var members: [Member] = []
    public var username: String?
    /// Never printed: the type redacts itself.
    public var password: Secret?
    public var token: Secret?
    /// PEM file of the CAs that verify `https` members; nil for the system's.
    public var caPath: String?
    /// Idle connections kept per member and event loop.
    public var idleConnections = 64
    public var plaintextCredential = false

    public init() {}
  }

  public struct Member: Sendable, Equatable {
    public var isTLS = false
    /// A name or an address, without brackets.
    public var host = ""
    /// As the URL says, else 80 or 443.
    public var port: UInt16 = 8086

    public init() {}
  }

  public struct Store: Sendable, Equatable {
    public var path = "gatehouse.db"

    public init() {}
  }

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

  public struct DeclaredUser: Sendable, Equatable {
    public var name = ""
    public var organization = ""

    public init() {}
  }

  public struct DeclaredBucket: Sendable, Equatable {
    public var name = ""
    public var organization = ""

    public init() {}
  }

  public struct DeclaredMapping: Sendable, Equatable {
    public var organization = ""
    public var database = ""
    public var retentionPolicy = ""
    public var bucket = ""
    public var isDefault = false

    public init() {}
  }

  public struct Forward: Sendable, Equatable {
    public enum Other: Sendable, Equatable {
      case passThrough
      case deny
      case paths([String])
    }

    /// Its default depends on the dialect: `deny` in front of 1.x, `passThrough` in front of 2.x.
    public var other = Other.deny

    public init() {}
  }

  /// `[[authorization]]`: a login kept in the file.
  public struct DeclaredAuthorization: Sendable, Equatable {
    public var token = ""
    public var passwordHash = ""
    public var isActive = true
    public var description = ""
    /// Databases, or `db/rp`.
    public var read: [String] = []
    public var write: [String] = []
    public var line = 0

    public init() {}
  }

  /// Sizes and counts. Each default stands where it is described in `config/reference.toml`.
  public struct Limits: Sendable, Equatable {
    public var connections = 10_000
    /// Request line and fields together, bytes.
    public var headBytes = 65_536
    public var headFields = 100
    /// A body up to this size is collected before an upstream connection is leased, bytes.
    public var collectBytes = 65_536
    /// Largest body of a write, bytes.
    public var writeBytes = 104_857_600
    /// Largest form body of a query, bytes.
    public var queryBytes = 2_097_152
    /// Largest management body, bytes.
    public var managementBytes = 1_048_576
    /// Connections to one upstream member per event loop.
    public var upstreamConnections = 256

    public init() {}
  }

  /// All in milliseconds.
  public struct Timeouts: Sendable, Equatable {
    public var handshake = 10_000
    /// From a request's first byte to the end of its head.
    public var head = 10_000
    /// Longest pause within a body.
    public var bodyProgress = 30_000
    /// Longest pause of a client that does not take its response.
    public var sendProgress = 30_000
    /// A keep-alive connection without a request.
    public var idle = 120_000
    public var upstreamConnect = 5_000
    /// From the request sent to the first byte of the response, and between two reads of it.
    public var upstreamResponse = 300_000
    /// An upstream connection kept idle.
    public var upstreamIdle = 30_000
    /// How long a stop waits for exchanges under way.
    public var drain = 30_000

    public init() {}
  }

  public struct Log: Sendable, Equatable {
    /// `-` for standard output; nil for no access log.
    public var access: String? = "-"

    public init() {}
  }

  public struct Passwords: Sendable, Equatable {
    /// bcrypt cost of new hashes, 4...15.
    public var cost = 10
    /// Threads that verify passwords; nil for one per two processors, at least one.
    public var workers: Int?
    /// Verifications that may wait before others are answered 503.
    public var queue = 1_024
    /// Whether new passwords must hold three of four kinds of characters, as `influxd --strong-passwords`.
    public var strong = false

    public init() {}
  }
}
