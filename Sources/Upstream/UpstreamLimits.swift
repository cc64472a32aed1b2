// Bounds of an event loop's upstream connections.

public struct UpstreamLimits: Sendable {
  /// Connections to one member from one event loop, idle and leased.
  public var connections: Int
  /// Idle connections kept to one member by one event loop.
  public var idleConnections: Int
  /// Response head, bytes.
  public var headBytes: Int
  public var headFields: Int
  /// All in milliseconds.
  public var connectTimeout: Int
  /// To the first byte of a response, and between two reads of it.
  public var responseTimeout: Int
  public var idleTimeout: Int
  /// For which a client may keep a connection waiting while others wait for one and hold less: to take 64 KiB of its
  /// answer, or to send as much of its body.
  public var clientPatience: UInt64 = 2_000

  public init(
    connections: Int = 256, idleConnections: Int = 64, headBytes: Int = 65_536, headFields: Int = 100,
    connectTimeout: Int = 5_000, responseTimeout: Int = 300_000, idleTimeout: Int = 30_000
  ) {
    self.connections = connections
    self.idleConnections = idleConnections
    self.headBytes = headBytes
    self.headFields = headFields
    self.connectTimeout = connectTimeout
    self.responseTimeout = responseTimeout
    self.idleTimeout = idleTimeout
  }
}
