// What is gone from the upstream loses its identifier, also where it went while nobody looked; what another has does not.

import Authorizations
import Configuration
import Formats
import Foundation
import Observation
import Testing
import Threading

@testable import GatehouseServer

@Suite struct DirectoryPublisherTests {
  private final class Scene {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// A gateway that starts: with a connection of its own to the store that all of them share.
    func start(before members: String...) throws -> Gate {
      var configuration = Configuration()
      configuration.upstream.members = members.map {
        var member = Configuration.Member()
        member.host = $0
        return member
      }
      let publication = Publication(Directory.empty)
      let publisher = try DirectoryPublisher(
        store: try SQLiteAuthorizationStore(path: folder.appendingPathComponent("s.db").path), publication: publication,
        plan: DirectoryPlan(configuration), events: EventLog(descriptor: -1))
      return Gate(scene: self, publisher: publisher, publication: publication)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
  }

  private struct Gate {
    /// Kept, so that its folder is there.
    let scene: Scene
    let publisher: DirectoryPublisher
    let publication: Publication<Directory>

    /// The identifier of each bucket once the upstream has answered with these databases.
    func see(_ databases: String...) throws -> [String: Identifier] {
      let outcome = publisher.publish(
        .databases(
          databases.map {
            InfluxDB1Database(name: $0, retentionPolicies: [.init(name: "autogen", isDefault: true)])
          }))
      if case .failed = outcome { Issue.record("the directory was not published") }
      return Dictionary(uniqueKeysWithValues: publication.value.buckets.map { ($0.name, $0.id) })
    }
  }

  @Test func aDatabaseThatIsMadeAgainHasANewIdentifier() throws {
    let gate = try Scene().start(before: "a")
    let first = try gate.see("plant", "office")
    _ = try gate.see("office")
    let again = try gate.see("plant", "office")
    #expect(again["plant/autogen"] != first["plant/autogen"])
    #expect(again["office/autogen"] == first["office/autogen"])
  }

  /// Also where a member was added meanwhile.
  @Test(arguments: [["a"], ["a", "b"]]) func whatWentWhileNobodyLookedIsForgottenAfterARestart(members: [String]) throws
  {
    let scene = try Scene()
    let first = try scene.start(before: "a").see("plant", "office")
    let second = try members.count == 1 ? scene.start(before: "a") : scene.start(before: "b", "a")
    #expect(try second.see("office")["office/autogen"] == first["office/autogen"])
    #expect(try second.see("plant", "office")["plant/autogen"] != first["plant/autogen"])
  }

  @Test func whatAnotherGatewayFoundBeforeAnotherUpstreamIsNotForgotten() throws {
    let scene = try Scene()
    let plant = try scene.start(before: "a")
    let first = try plant.see("plant")
    let office = try scene.start(before: "b")
    let other = try office.see("office")
    #expect(try plant.see("plant") == first && office.see("office") == other)
    // Whose directory was kept last makes no difference.
    #expect(try scene.start(before: "a").see("plant") == first)
    #expect(try scene.start(before: "b").see("office") == other)
  }
}
