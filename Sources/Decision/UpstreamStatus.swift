// What is known of the upstream, as the thread that asks it found last.

/// Published whenever it changes; answers `/ping` and `/health` without a request upstream.
public struct UpstreamStatus: Sendable, Equatable {
  /// Whether the last question was answered.
  public var isReachable = false
  /// `X-Influxdb-Version` of the upstream; nil until it was reached once.
  public var version: String?
  /// Whether a directory has been loaded at all: without one nothing can be decided.
  public var hasDirectory = false
  /// Whose data are reached with the gateway's own credential, where that makes a difference.
  public var organization = ServedOrganization.unknown

  public init() {}

  /// Whether it may be a 1.x server that keeps no more than three decimals of the numbers in a continuous query: all but
  /// 1.12 and later.
  var roundsKeptNumbers: Bool {
    let parts = (version ?? "").drop { $0 == "v" }.split(separator: ".", maxSplits: 2)
    guard parts.count > 1, let major = Int(parts[0]), let minor = Int(parts[1]) else { return true }
    return (major, minor) < (1, 12)
  }
}
