// One login that takes no answers takes nothing from the others.

import Testing

@Suite struct ShareTests {
  @Test func servesOthersWhileOneLoginTakesNoAnswer() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["upstream_connections = 4"] }, script: ScriptedUpstream.endless) {
      scene in
      // Each event loop gets more of them than it has connections.
      let slow = try (0..<64).map { _ in
        let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
        client.send(Request.query("SELECT * FROM big"))
        return client
      }
      let full = scene.upstream.state.wait { $0.requests.count >= 3 }
      #expect(full != nil)
      for number in 0..<8 {
        // On connections of their own, so that every loop is met.
        let writing = try scene.connect(tls: false).exchange(Request.write("cpu v=\(number)"))
        #expect(writing.status == 204, "\(writing.text)")
      }
      for _ in 0..<4 {
        let reading = try scene.connect(tls: false).exchange(
          Request.query("SELECT * FROM small", database: "secret", login: .vault))
        #expect(reading.status == 200, "\(reading.text)")
      }
      let reasons = scene.gatehouse.accessRecords().compactMap { $0["refusal"] as? String }
      #expect(reasons.contains("the upstream was kept waiting while others waited for it"))
      for client in slow { client.closeNow() }
    }
  }
}
