// What [upstream] and [forward] say: the InfluxDB behind, and which other traffic reaches it.

public import Formats

extension Configuration {
  /// `[upstream]`: the servers behind, and gatehouse's own credential for them.
  public struct Upstream: Sendable, Equatable {
    /// The language of the InfluxDB behind, and of the refusals that clients get.
    public var dialect = Dialect.influxDB1
    public var members: [Member] = []
    public var username: String?
    /// Never printed: the type redacts itself.
    public var password: Secret?
    public var token: Secret?
    /// `[upstream.operator]`: for permits that need an administrator, and for the directory; nil where the one above
    /// serves for everything.
    public var operatorCredential: Credential?
    /// Of 2.x: the name of the organization that the credentials are of; nil where gatehouse finds out.
    public var organization: String?
    /// PEM file of the CAs that verify `https` members; nil for the system's.
    public var caPath: String?
    /// Idle connections kept per member and event loop.
    public var idleConnections = 64
    public var plaintextCredential = false

    public init() {}

    /// A login of 1.x, or a token of 2.x. Secrets are never printed.
    public struct Credential: Sendable, Equatable {
      public var username: String?
      public var password: Secret?
      public var token: Secret?

      public init(username: String? = nil, password: Secret? = nil, token: Secret? = nil) {
        self.username = username
        self.password = password
        self.token = token
      }
    }
  }

  /// `[policy]`: rules beyond the permissions.
  public struct Policy: Sendable, Equatable {
    /// Whether a statement that changes something is refused over GET.
    public var strictMethods = false
    /// Whether what is under way with a credential that is revoked ends at once.
    public var cutStreams = false

    public init() {}
  }

  /// One server behind.
  public struct Member: Sendable, Equatable {
    public var isTLS = false
    /// A name or an address, without brackets.
    public var host = ""
    /// As the URL says, else 80 or 443.
    public var port: UInt16 = 8086

    public init() {}
  }

  /// `[forward]`: what becomes of requests that gatehouse neither understands nor serves.
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
}
