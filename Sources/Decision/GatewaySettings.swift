// What the gateway was told to do, as immutable values that every event loop shares.

public import Formats
public import Threading

/// What happens to traffic that is none of gatehouse's own kinds.
public enum OtherTraffic: Sendable, Equatable {
  /// Forwarded with the client's own credential, untouched.
  case passThrough
  case deny
  /// Exactly these paths are passed through.
  case paths([[UInt8]])
}

public struct GatewayLimits: Sendable {
  /// Fields of a request, bytes; a head longer than that counts towards `longHeadBytes`.
  public var headBytes = 65_536
  /// Target of a request, bytes.
  public var targetBytes = 1_048_576
  /// What long heads may take of memory, over all connections and loops, bytes.
  public static let longHeadBytes = 16 << 20
  public var headFields = 100
  /// A body up to this many bytes is collected before an upstream connection is leased.
  public var collectBytes = 65_536
  public var writeBytes = 104_857_600
  /// What the body of a write may come to once it is unpacked, bytes.
  public var writeDecodedBytes = 26_214_400
  public var queryBytes = 2_097_152
  public var managementBytes = 1_048_576
  /// Open downstream connections, all listeners and loops together.
  public var connections = 10_000
  /// Of them, those of one source on which nothing was ever authenticated.
  public var unauthenticatedPerSource = 2_500

  public init() {}
}

/// See `config/reference.toml` for the reasons.
public struct GatewayTimeouts: Sendable {
  public var handshake = Interval.seconds(10)
  public var head = Interval.seconds(10)
  public var bodyProgress = Interval.seconds(30)
  /// The whole body of a write.
  public var write = Interval.seconds(600)
  public var sendProgress = Interval.seconds(30)
  public var idle = Interval.seconds(120)
  public var upstreamConnect = Interval.seconds(5)

  public init() {}
}

/// Values of the `Authorization` field that the gateway adds for what it permitted itself. Never logged.
public struct UpstreamAuthorizations: Sendable, CustomStringConvertible, CustomReflectable {
  /// For everything that does not need an administrator upstream.
  public var everyday: [UInt8]
  /// For permits that do; nil where the everyday one serves for all.
  public var operators: [UInt8]?

  public init(everyday: [UInt8] = [], operators: [UInt8]? = nil) {
    self.everyday = everyday
    self.operators = operators
  }

  /// Tells these from others in this process, and nothing about them.
  public var identity: Int {
    var hasher = Hasher()
    hasher.combine(everyday)
    hasher.combine(operators)
    return hasher.finalize()
  }

  public var description: String { "UpstreamAuthorizations" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

public struct GatewaySettings: Sendable {
  public var dialect = Dialect.influxDB1
  public var other = OtherTraffic.deny
  public var limits = GatewayLimits()
  public var timeouts = GatewayTimeouts()
  public var authorizations = UpstreamAuthorizations()
  /// Whether a statement that changes something is refused over GET.
  public var strictMethods = false
  /// Whether what is under way with a credential that is revoked ends at once.
  public var cutsStreams = false

  public init() {}
}

extension GatewaySettings: CustomStringConvertible, CustomReflectable {
  public var description: String { "GatewaySettings" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
