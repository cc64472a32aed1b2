// When a login and a token were last let in, for who asks for it (issue 4, part 6).

import Foundation
import Glibc
import Testing

@Suite struct LastUseTests {
  private static func lastUse(_ management: ManagementClient, _ name: String) throws -> String? {
    let answer = try management.call("GET", "?extensions=true&token=\(name)")
    let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    return (object?["authorizations"] as? [[String: Any]])?.first?["lastUsedAt"] as? String
  }

  @Test func isShownAndOutlivesTheServer() throws {
    let upstream = try ScriptedUpstream()
    var settings = GatehouseSettings(upstreamPorts: upstream.port)
    settings.hasOperatorToken = true
    let first = try GatehouseProcess(settings)
    let management = try ManagementClient(first)
    _ = try management.create("kept", password: "canary-kept-1", writes: ["metrics"])
    let login = Login(name: "kept", password: "canary-kept-1", hash: "")
    #expect(try Self.lastUse(management, "kept") == nil)
    let refused = Login(name: "kept", password: "wrong", hash: "")
    #expect(try RawClient(first).exchange(Request.write("cpu v=1", login: refused)).status == 401)
    let client = try RawClient(first)
    for login in [login, .writer] {
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 204)
    }
    var rounds = 0
    while try Self.lastUse(management, "kept") == nil, rounds < 4_000 {
      usleep(5_000)
      rounds += 1
    }
    let shown = try #require(try Self.lastUse(management, "kept"))
    #expect(shown.hasSuffix(":00Z"))
    #expect(try Self.lastUse(management, Login.writer.name) != nil)
    #expect(try Self.lastUse(management, Login.reader.name) == nil)
    // The published shape has no such member.
    #expect(!(try management.call("GET", "?token=kept").text.contains("lastUsedAt")))
    first.stop()
    let listed = try first.command("token", "list", "--json").output
    let token = (try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [[String: Any]])?.first
    #expect(token?["lastUsedAt"] as? String != nil, "\(listed)")
    settings.hasOperatorToken = false
    let second = try GatehouseProcess(settings, in: first.folder, token: first.token)
    #expect(try Self.lastUse(try ManagementClient(second), "kept") == shown)
    second.stop()
  }

  /// An operator wants to know which hosts still have the old password before it ends (issue 10, B9).
  @Test func tellsWhoComesWithThePreviousPasswordAndWhenThatWas() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("kept", password: "canary-old-1", writes: ["metrics"])
      let old = Login(name: "kept", password: "canary-old-1", hash: "")
      let new = Login(name: "kept", password: "canary-new-1", hash: "")
      for login in [old, new] { scene.gatehouse.addCanary(login.password) }
      let rotation = ["password": new.password, "previousPasswordExpiresAt": "2261-01-01T00:00:00Z"]
      #expect(try management.call("POST", "/\(id)/password?extensions=true", rotation).status == 204)
      func previousUse() throws -> String? {
        let answer = try management.call("GET", "/\(id)?extensions=true")
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return object?["previousPasswordLastUsedAt"] as? String
      }
      // All on one connection: the lines of two event loops come in no order.
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1", login: new)).status == 204)
      #expect(try previousUse() == nil)
      for _ in 0..<2 { #expect(try client.exchange(Request.write("cpu v=1", login: old)).status == 204) }
      var rounds = 0
      while try previousUse() == nil, rounds < 4_000 {
        usleep(5_000)
        rounds += 1
      }
      #expect(try previousUse()?.hasSuffix(":00Z") == true)
      let shown = try Command.run(
        [
          try Paths.gatehouse(), "auth", "set-inactive", "--username", "kept", "--host",
          "https://localhost:\(scene.gatehouse.port)", "--ca", try Certificate.shared.get().certificate,
        ], environment: ["GATEHOUSE_TOKEN": scene.gatehouse.token])
      #expect(shown.status == 0 && shown.output.contains("until 2261-01-01T00:00:00Z, last used 2"), "\(shown.output)")
      scene.gatehouse.stop()
      let writes = scene.gatehouse.accessRecords().filter { $0["path"] as? String == "/write" }
      #expect(writes.map { $0["password"] as? String } == [nil, "previous", "previous"])
    }
  }
}
