// Every condition that holds is told to whoever answers `/health`.

import Access
import Authorizations
import Decision
import Observation
import Testing

@testable import Gateway
import Threading

@Suite struct HealthReportTests {
  @Test func tellsEveryConditionAndTheDrain() throws {
    var settings = Authenticator.Settings()
    settings.workers = 0
    let shared = GatewayShared(
      settings: GatewaySettings(), authenticator: try Authenticator(settings, clock: { .start }),
      authorizations: Publication(AuthorizationSnapshot(revision: 1, authorizations: [], tokens: [])),
      directory: Publication(Directory(organizations: [], users: [], buckets: [], mappings: [])),
      status: Publication(UpstreamStatus()),
      services: GatewayServices(manage: { _, _ in }, ask: { $1([:]) }, noteRefusal: { _ in }), clock: { .start })
    let health = shared.decisionSources.health
    #expect(health().checks.isEmpty && !health().isDraining)
    shared.conditions.set(Condition(.accessLog, "full", failsHealth: false))
    shared.conditions.set(Condition(.directory, "old", failsHealth: true))
    #expect(health().checks.map(\.name) == ["directory", "access log"])
    #expect(health().checks.map(\.message) == ["old", "full"])
    #expect(health().checks.map(\.failsHealth) == [true, false])
    shared.beginDraining()
    #expect(health().isDraining)
  }
}
