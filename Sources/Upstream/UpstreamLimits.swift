// Bounds of an event loop's upstream connections.

public import Threading

public struct UpstreamLimits: Sendable {
  /// Connections to one member from one event loop, idle and leased.
  public var connections: Int
  /// Idle connections kept to one member by one event loop.
  public var idleConnections: Int
  /// Response head, bytes.
  public var headBytes: Int
  public var headFields: Int
  public var connectTimeout: Interval
  /// To the first byte of a response, and between two reads of it.
  public var responseTimeout: Interval
  public var idleTimeout: Interval
  /// For which a client may keep a connection waiting while others wait for one and hold less: to take 64 KiB of its
  /// answer, or to send as much of its body.
  public var clientPatience = Interval.seconds(2)

  public init(
    connections: Int = 256, idleConnections: Int = 64, headBytes: Int = 65_536, headFields: Int = 100,
    connectTimeout: Interval = .seconds(5), responseTimeout: Interval = .seconds(300),
    idleTimeout: Interval = .seconds(30)
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
