// What is revoked is refused on the next request, on open connections and on every event loop (B4, row 39).

import Testing

@Suite struct RevocationTests {
  private static let rounds = 1_000

  /// Several connections, so that each event loop has some.
  private static func connections(_ scene: Scene) throws -> [RawClient] {
    let context = try ClientContext()
    return try (0..<6).map { _ in try RawClient(scene.gatehouse, context: context) }
  }

  private static func request(_ name: String, _ password: String) -> String {
    let login = Login(name: name, password: password, hash: "")
    return Request.query("SHOW MEASUREMENTS", login: login)
  }

  @Test func refusesInactiveLoginFromTheNextRequestOn() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("turncoat", password: "canary-turncoat-1", reads: ["metrics"])
      scene.gatehouse.addCanary("canary-turncoat-1")
      let request = Self.request("turncoat", "canary-turncoat-1")
      let clients = try Self.connections(scene)
      var failures: [String] = []
      for round in 0..<Self.rounds {
        let client = clients[round % clients.count]
        try management.setActive(id, false)
        let refused = try client.exchange(request)
        if ![401, 503].contains(refused.status) { failures.append("\(round): inactive got \(refused.status)") }
        try management.setActive(id, true)
        let accepted = try client.exchange(request)
        if accepted.status != 200 { failures.append("\(round): active got \(accepted.status) \(accepted.text)") }
      }
      #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
      #expect(scene.upstream.requests.count == Self.rounds)
    }
  }

  @Test func refusesDeletedLoginFromTheNextRequestOn() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let clients = try Self.connections(scene)
      var failures: [String] = []
      for round in 0..<Self.rounds {
        // The same name and password again and again: nothing remembered of the last one may help.
        let id = try management.create("phoenix", password: "canary-phoenix-1", reads: ["metrics"])
        let client = clients[round % clients.count]
        let accepted = try client.exchange(Self.request("phoenix", "canary-phoenix-1"))
        if accepted.status != 200 { failures.append("\(round): fresh got \(accepted.status) \(accepted.text)") }
        try management.delete(id)
        let refused = try client.exchange(Self.request("phoenix", "canary-phoenix-1"))
        if ![401, 503].contains(refused.status) { failures.append("\(round): deleted got \(refused.status)") }
      }
      #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
    }
  }

  @Test func refusesOldPasswordFromTheNextRequestOn() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("changeling", password: "canary-changeling-0", reads: ["metrics"])
      let clients = try Self.connections(scene)
      var failures: [String] = []
      for round in 0..<Self.rounds {
        let client = clients[round % clients.count]
        let old = "canary-changeling-\(round)"
        let new = "canary-changeling-\(round + 1)"
        let before = try client.exchange(Self.request("changeling", old))
        if before.status != 200 { failures.append("\(round): right got \(before.status) \(before.text)") }
        try management.setPassword(id, new)
        let refused = try client.exchange(Self.request("changeling", old))
        if ![401, 503].contains(refused.status) { failures.append("\(round): old got \(refused.status)") }
      }
      scene.gatehouse.addCanary("canary-changeling-")
      #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
    }
  }

  @Test func refusesTokenThatTheCommandLineSetInactive() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      #expect(try management.call("GET", "").status == 200)
      let list = try scene.gatehouse.command("token", "list")
      #expect(list.status == 0)
      #expect(!list.output.contains(scene.gatehouse.token))
      // 16 hexadecimal digits stand for the token in the list.
      let words = list.output.split { !$0.isHexDigit }.filter { $0.count == 16 }
      let id = String(try #require(words.first))
      #expect(try scene.gatehouse.command("token", "set-inactive", id).status == 0)
      // Within a second: the server looks at the store, so this loop has an end.
      var status = 200
      for _ in 0..<100_000 where status == 200 { status = try management.call("GET", "?limit=1").status }
      #expect(status == 401)
    }
  }
}
