// What is known of the upstream, as the thread that asks it found last.

/// Published whenever it changes; answers `/ping` and `/health` without a request upstream.
public struct UpstreamStatus: Sendable, Equatable {
  /// Whether the last question was answered.
  public var isReachable = false
  /// `X-Influxdb-Version` of the upstream; nil until it was reached once.
  public var version: String?
  /// Whether a directory has been loaded at all: without one nothing can be decided.
  public var hasDirectory = false

  public init() {}

  /// What gatehouse says of itself while it has not met its upstream.
  public var shownVersion: String { version ?? "1.8.10" }
}
