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
}
