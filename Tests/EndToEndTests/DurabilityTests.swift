// What was acknowledged is there after `kill -9` at any moment, and nothing is half there.

import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct DurabilityTests {
  /// 100 in `make test-long`.
  private static var rounds: Int { ProcessInfo.processInfo.environment["GATEHOUSE_LONG"] == nil ? 20 : 100 }

  @Test func losesNothingAcknowledgedToKill() throws {
    let upstream = try ScriptedUpstream()
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.hasOperatorToken = true
    var noise = SeededGenerator(seed: 7)
    var acknowledged: [String: Bool] = [:]
    var deleted: Set<String> = []
    var token = ""
    for round in 0..<Self.rounds {
      settings.hasOperatorToken = round == 0
      let gatehouse = try GatehouseProcess(settings, in: folder, token: token)
      token = gatehouse.token
      let management = try ManagementClient(gatehouse)
      let present = try management.list()
      for (name, hasPassword) in acknowledged {
        let login = try #require(present[name], "round \(round): \(name) is lost")
        // Whole: all that the create said is there.
        #expect(login["description"] as? String == "made as \(name)")
        #expect((login["permissions"] as? [Any])?.count == 2)
        #expect(login["status"] as? String == "active")
        if hasPassword && round % 5 == 0 {
          let entry = Login(name: name, password: "canary-\(name)", hash: "")
          let answer = try RawClient(gatehouse, tls: false).exchange(Request.query("SHOW MEASUREMENTS", login: entry))
          #expect(answer.status == 200, "round \(round): \(name) cannot log in: \(answer.status)")
        }
      }
      for name in deleted { #expect(present[name] == nil, "round \(round): \(name) is back") }
      for (name, login) in present where name.hasPrefix("kill-") {
        #expect((login["permissions"] as? [Any])?.count == 2, "round \(round): \(name) is half there")
      }
      // The kill comes some microseconds after so many acknowledgements: within a create, a password or a delete.
      let acknowledgements = Awaited(0)
      let target = Int.random(in: 0...12, using: &noise)
      let delay = UInt32.random(in: 0...6_000, using: &noise)
      let killer = Background.start { [pid = gatehouse.pid] in
        _ = acknowledgements.wait { $0 >= target }
        usleep(delay)
        kill(pid, SIGKILL)
      }
      for index in 0... {
        let name = "kill-\(round)-\(index)"
        guard
          let id = try? management.create(
            name, password: nil, reads: ["metrics"], writes: ["metrics"], description: "made as \(name)")
        else { break }
        acknowledged[name] = false
        acknowledgements.change { $0 += 1 }
        guard (try? management.setPassword(id, "canary-\(name)")) != nil else { break }
        acknowledged[name] = true
        acknowledgements.change { $0 += 1 }
        if index % 4 == 3 {
          acknowledged[name] = nil
          guard (try? management.delete(id)) != nil else { break }
          deleted.insert(name)
        }
      }
      killer.join()
      #expect(gatehouse.waitForEnd() == 128 + SIGKILL)
    }
    #expect(acknowledged.count > Self.rounds)
  }

  @Test func keepsTheStoreToItself() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      _ = try management.create("keeper", password: "canary-keeper", reads: ["metrics"])
      for name in try FileManager.default.contentsOfDirectory(atPath: scene.gatehouse.folder.path)
      where name.hasPrefix("gatehouse.db") {
        let attributes = try FileManager.default.attributesOfItem(atPath: scene.gatehouse.folder.file(name))
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        let contents = try Data(contentsOf: URL(filePath: scene.gatehouse.folder.file(name)))
        for secret in ["canary-keeper", scene.gatehouse.token] { #expect(contents.range(of: Data(secret.utf8)) == nil) }
      }
    }
  }
}
