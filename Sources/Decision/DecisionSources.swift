// What decisions are made from: values that were published, the authenticator, and what `/health` tells.

public import Access
public import Authorizations
public import Threading

/// Given to every gatekeeper; may be used from any thread.
public struct DecisionSources: Sendable {
  /// Taken with each new directory.
  public let settings: Publication<GatewaySettings>
  public let authenticator: Authenticator
  public let authorizations: Publication<AuthorizationSnapshot>
  public let directory: Publication<Directory>
  public let status: Publication<UpstreamStatus>
  /// Asked for each `/health`.
  public let health: @Sendable () -> HealthReport
  /// The authenticator's clock.
  public let clock: @Sendable () -> Instant

  public init(
    settings: Publication<GatewaySettings>, authenticator: Authenticator,
    authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, status: Publication<UpstreamStatus>,
    health: @escaping @Sendable () -> HealthReport,
    clock: @escaping @Sendable () -> Instant
  ) {
    self.settings = settings
    self.authenticator = authenticator
    self.authorizations = authorizations
    self.directory = directory
    self.status = status
    self.health = health
    self.clock = clock
  }
}

/// What `/health` tells beside the state of the upstream.
public struct HealthReport: Sendable {
  /// A condition that holds and should not.
  public struct Check: Sendable {
    public let name: String
    public let message: String
    /// Whether data cannot be served while it holds.
    public let failsHealth: Bool

    public init(name: String, message: String, failsHealth: Bool) {
      self.name = name
      self.message = message
      self.failsHealth = failsHealth
    }
  }

  public var checks: [Check]
  public var isDraining: Bool

  public init(checks: [Check] = [], isDraining: Bool = false) {
    self.checks = checks
    self.isDraining = isDraining
  }
}
