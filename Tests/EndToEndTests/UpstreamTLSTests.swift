// The upstream over TLS: verified, or not spoken to.

import Testing

@Suite struct UpstreamTLSTests {
  private static func play(
    certificate: Certificate, trusted: Certificate, host: String = "localhost", reaches: Bool = false,
    _ body: (GatehouseProcess, ScriptedUpstream) throws -> Void
  ) throws {
    let upstream = try ScriptedUpstream()
    let front = try TLSFront(certificate: certificate, before: upstream.port)
    var settings = GatehouseSettings()
    settings.members = ["https://\(host):\(front.port)"]
    settings.awaitsDirectory = reaches
    settings.tables["upstream"] = ["ca = \"\(trusted.certificate)\""]
    let gatehouse = try GatehouseProcess(settings)
    do { try body(gatehouse, upstream) } catch { Issue.record("\(error)\n\(gatehouse.eventLog.suffix(1_000))") }
    gatehouse.stop()
  }

  @Test func carriesOverVerifiedTLS() throws {
    let certificate = try Certificate()
    try Self.play(certificate: certificate, trusted: certificate, reaches: true) { gatehouse, upstream in
      let client = try RawClient(gatehouse)
      for index in 0..<10 { #expect(try client.exchange(Request.write("cpu v=\(index)")).status == 204) }
      let big = String(repeating: "cpu,host=a v=1\n", count: 20_000)
      #expect(try client.exchange(Request.write(big)).status == 204)
      #expect(try client.exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
      #expect(upstream.completed.count == 12)
      #expect(upstream.completed[10].text == big)
    }
  }

  @Test func neverSpeaksToUnknownAuthority() throws {
    try Self.play(certificate: try Certificate(), trusted: try Certificate()) { gatehouse, upstream in
      let answer = try RawClient(gatehouse).exchange(Request.write("cpu v=1"))
      #expect([502, 503].contains(answer.status))
      #expect(upstream.state.current.connections.allSatisfy { $0.count == 0 })
    }
  }

  @Test func neverSpeaksToWrongName() throws {
    let certificate = try Certificate(name: "elsewhere.example")
    for host in ["localhost", "127.0.0.1"] {
      try Self.play(certificate: certificate, trusted: certificate, host: host) { gatehouse, upstream in
        let answer = try RawClient(gatehouse).exchange(Request.write("cpu v=1"))
        #expect([502, 503].contains(answer.status))
        #expect(upstream.state.current.connections.allSatisfy { $0.count == 0 })
      }
    }
  }
}
