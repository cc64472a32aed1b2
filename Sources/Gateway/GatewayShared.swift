// What the event loops of one gateway share: published settings and things that may be used from any thread.

public import Access
public import Authorizations
import Formats
public import Decision
public import ManagementAPI
public import Observation
import Synchronization
public import Threading

/// Where work goes that no event loop may do itself.
public struct GatewayServices: Sendable {
  /// Answers a call of the management API on its own thread; must call back exactly once.
  public var manage: @Sendable (ManagementCall, @escaping @Sendable (ManagementAnswer) -> Void) -> Void
  /// Asks the upstream what it has, each question once for all who wait for it and at most once a second; calls back
  /// with how every question ended, exactly once.
  public var ask:
    @Sendable (DirectoryInquiry, @escaping @Sendable ([DirectoryQuestion: DirectoryReading]) -> Void) -> Void
  /// Told that the upstream could not be reached, or refused the gateway's own credential; on any thread, must not block.
  public var noteTrouble: @Sendable () -> Void
  /// Told now and then which logins and tokens were let in; on any thread, must not block.
  public var noteUses: @Sendable (Uses) -> Void
  /// Told of each call of the management API that was refused before it came to `manage`.
  public var noteRefusal: @Sendable (RefusedCall) -> Void
  /// Does a piece of work that would hold an event loop for milliseconds, on a thread of its own, in the order of calls.
  public var offload: @Sendable (@escaping @Sendable () -> Void) -> Void

  public init(
    manage: @escaping @Sendable (ManagementCall, @escaping @Sendable (ManagementAnswer) -> Void) -> Void,
    ask:
      @escaping @Sendable (
        DirectoryInquiry, @escaping @Sendable ([DirectoryQuestion: DirectoryReading]) -> Void
      ) -> Void,
    noteTrouble: @escaping @Sendable () -> Void = {},
    noteUses: @escaping @Sendable (Uses) -> Void = { _ in },
    noteRefusal: @escaping @Sendable (RefusedCall) -> Void,
    offload: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
  ) {
    self.manage = manage
    self.ask = ask
    self.noteTrouble = noteTrouble
    self.noteUses = noteUses
    self.noteRefusal = noteRefusal
    self.offload = offload
  }
}

public final class GatewayShared: Sendable {
  let settings: Publication<GatewaySettings>
  public let authenticator: Authenticator
  public let authorizations: Publication<AuthorizationSnapshot>
  public let directory: Publication<Directory>
  public let status: Publication<UpstreamStatus>
  /// What `/health` tells.
  let conditions: Conditions
  /// What holds of the descriptors from the start on.
  let shortage: Condition?
  /// Of the upstream, for the event log; nil where there is none.
  let failures: FailureLog?
  public let services: GatewayServices
  /// The authenticator's.
  let clock: @Sendable () -> Instant
  /// Open downstream connections of all loops.
  let connections = Atomic<Int>(0)
  let strangers = StrangerCounts()
  /// Bytes of long heads that are held by all loops.
  let longHeads = Atomic<Int>(0)
  let isDraining = Atomic<Bool>(false)

  public init(
    settings: GatewaySettings, authenticator: Authenticator, authorizations: Publication<AuthorizationSnapshot>,
    directory: Publication<Directory>, status: Publication<UpstreamStatus>,
    conditions: Conditions = Conditions(), shortage: Condition? = nil, failures: FailureLog? = nil,
    services: GatewayServices,
    clock: @escaping @Sendable () -> Instant
  ) {
    self.settings = Publication(settings)
    self.authenticator = authenticator
    self.authorizations = authorizations
    self.directory = directory
    self.status = status
    self.conditions = conditions
    self.shortage = shortage
    if let shortage { conditions.set(shortage) }
    self.failures = failures
    self.services = services
    self.clock = clock
  }

  /// What a gatekeeper of this gateway decides from.
  var decisionSources: DecisionSources {
    DecisionSources(
      settings: settings, authenticator: authenticator, authorizations: authorizations, directory: directory,
      status: status,
      health: { [self] in
        HealthReport(
          checks: conditions.all.map {
            HealthReport.Check(name: $0.name.rawValue, message: $0.message, failsHealth: $0.failsHealth)
          }, isDraining: isDraining.load(ordering: .relaxed))
      },
      clock: clock)
  }

  /// From the next request on, these count. A decision that was remembered holds limits and credentials of the old ones,
  /// so none is kept: every loop takes the directory anew, and these with it.
  public func replaceSettings(_ values: GatewaySettings) {
    settings.publish(values)
    directory.touch()
  }

  /// From now on every response closes its connection, and health says so.
  public func beginDraining() { isDraining.store(true, ordering: .releasing) }

  public var openConnections: Int { connections.load(ordering: .relaxed) }
}
