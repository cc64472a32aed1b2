// A name that nobody has proven to be theirs has no share of the upstream's connections (issue 10, A4).

import Testing

@Suite struct UnprovenNameTests {
  private static func configure(_ settings: inout GatehouseSettings) {
    settings.upstreamToken = "canary-gateway-token-0123456789abcdef"
    settings.tables["limits"] = ["upstream_connections = 4"]
    settings.tables["directory"] = ["source = \"declared\""]
    settings.sections = """
      [[organization]]
      name = "house"
      [[user]]
      name = "admin"
      [[bucket]]
      name = "metrics-raw"
      [[mapping]]
      database = "metrics"
      retention_policy = "autogen"
      bucket = "metrics-raw"
      default = true

      """
  }

  /// Each under a name of its own, strangers are still one source among the logins.
  @Test func servesALoginBesideStrangersOfManyNames() throws {
    try Scene.play(settings: Self.configure, script: ScriptedUpstream.endless) { scene in
      let strangers = try (0..<64).map { number in
        let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
        client.send(
          Request.query(
            "SELECT * FROM big", login: nil,
            fields: "Authorization: Token nobody\(number):canary-foreign-token-0123456789abcdefghij\r\n"))
        return client
      }
      let full = scene.upstream.state.wait { $0.requests.count >= 3 }
      #expect(full != nil)
      for _ in 0..<4 {
        let reading = try scene.connect(tls: false).exchange(Request.query("SELECT * FROM small"))
        #expect(reading.status == 200, "\(reading.text)")
      }
      for client in strangers { client.closeNow() }
    }
  }
}
