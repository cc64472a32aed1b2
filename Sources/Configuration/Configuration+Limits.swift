// What [limits] and [timeouts] say.

extension Configuration {
  /// Sizes and counts. Each default stands where it is described in `config/reference.toml`.
  public struct Limits: Sendable, Equatable {
    public var connections = 10_000
    /// Connections of one source on which nothing was ever authenticated; nil for a quarter of all.
    public var unauthenticatedPerSource: Int?
    /// Fields of a request's head, bytes.
    public var headBytes = 65_536
    /// Target of a request, bytes.
    public var targetBytes = 1_048_576
    public var headFields = 100
    /// A body up to this size is collected before an upstream connection is leased, bytes.
    public var collectBytes = 65_536
    /// Largest body of a write, bytes.
    public var writeBytes = 104_857_600
    /// Largest size that the body of a write may come to once it is unpacked, bytes. Its default depends on the dialect.
    public var writeDecodedBytes = 26_214_400
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
    /// The whole body of a write.
    public var write = 600_000
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
}
