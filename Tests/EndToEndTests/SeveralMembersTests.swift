// Several members of one upstream: each is spoken to by its own name.

import Testing

@Suite struct SeveralMembersTests {
  /// So many that every event loop has to connect to both members.
  private static let clients = 16

  @Test func namesTheMemberThatARequestGoesToAlsoInRememberedDecisions() throws {
    let arrived = Awaited(0)
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      var number = 0
      arrived.change {
        $0 += 1
        number = $0
      }
      // The second round is answered once all of it is there, so that none can use the connection of another.
      if number > Self.clients { _ = arrived.wait { $0 >= 2 * Self.clients } }
      connection.answer("204 No Content")
    }
    let other = try ScriptedUpstream(script: script)
    try Scene.play(
      settings: { $0.members.append("http://127.0.0.1:\(other.port)") }, script: script
    ) { scene in
      let clients = try (0..<Self.clients).map { _ in try scene.connect(tls: false) }
      for client in clients { #expect(try client.exchange(Request.write("cpu v=1")).status == 204) }
      for client in clients { client.send(Request.write("cpu v=1")) }
      for client in clients { #expect(try client.readAnswer(to: "POST").status == 204) }
      for upstream in [scene.upstream, other] {
        #expect(!upstream.requests.isEmpty)
        #expect(upstream.requests.allSatisfy { $0.all("Host") == ["127.0.0.1:\(upstream.port)"] })
      }
    }
  }
}
