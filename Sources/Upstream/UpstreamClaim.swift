// For whom an upstream connection is leased, as far as fairness goes by it.

public struct UpstreamClaim: Sendable, Hashable {
  /// Name of the login; empty where the caller has none that is known here, and then its source stands for it.
  public var login: String
  /// Stands for the address that the client comes from.
  public var source: Int
  /// Whether it is a write: a part of the connections is kept for those.
  public var isWrite: Bool

  public init(login: String = "", source: Int = 0, isWrite: Bool = false) {
    self.login = login
    self.source = source
    self.isWrite = isWrite
  }
}
