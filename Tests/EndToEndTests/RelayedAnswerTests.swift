// What of an upstream's answer is no client's business, and what is: CORS, redirects, and that Flux is switched off.

import Testing

@Suite struct RelayedAnswerTests {
  @Test func stripsWhatTheUpstreamSaysOfOrigins() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer(
        "200 OK", "{\"results\":[]}\n",
        fields: "Access-Control-Allow-Origin: https://evil.example\r\naccess-control-allow-credentials: true\r\n"
          + "ACCESS-CONTROL-EXPOSE-HEADERS: Date\r\nAccess-Controlled: yes\r\nContent-Type: application/json\r\n")
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      for request in [
        Request.query("SHOW MEASUREMENTS", fields: "Origin: https://localhost\r\n"), Request.write("cpu v=1"),
      ] {
        let answer = try client.exchange(request)
        #expect(answer.status == 200)
        let names = answer.fields.map { $0.name.lowercased() }
        #expect(!names.contains { $0.hasPrefix("access-control-") }, "\(names)")
        #expect(names.contains("access-controlled"))
      }
    }
  }

  @Test(arguments: ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
  func relaysNoRedirect(status: String) throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer(status, "", fields: "Location: http://10.1.2.3:8087/query?u=inner\r\n")
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      for request in [Request.query("SHOW MEASUREMENTS"), Request.write("cpu v=1")] {
        let answer = try client.exchange(request)
        #expect(answer.status == 502 && answer["Location"] == nil, "\(answer.status)")
        #expect(!answer.text.contains("10.1.2.3") && answer.error == "upstream answered with a redirect")
      }
      let failures = GatehouseProcess.jsonLines(scene.gatehouse.eventLog).filter {
        $0["message"] as? String == "upstream failure"
      }
      #expect((failures.first?["reason"] as? String)?.hasSuffix(String(status.prefix(3))) == true, "\(failures)")
      #expect(failures.count == 1, "one line, and then counts")
    }
  }

  private static let off =
    "{\"error\":\"Flux query service disabled. Verify flux-enabled=true in the [http] section of the InfluxDB config.\"}\n"

  @Test func saysThatFluxIsOff() throws {
    let script: ScriptedUpstream.Script = { connection in
      let request = try connection.readRequest()
      let isOther = String(decoding: request.body, as: UTF8.self).contains("other")
      connection.answer(
        "403 Forbidden", isOther ? "{\"error\":\"not authorized\"}\n" : Self.off,
        fields: "Content-Type: application/json\r\n")
    }
    try Scene.play(settings: { $0.hasOperatorToken = true }, script: script) { scene in
      let client = try scene.connect()
      func ask(_ target: String, _ body: String) throws -> HTTPAnswer {
        try client.exchange(
          "POST \(target) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n"
            + "Content-Type: application/vnd.flux\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
      let flux = try ask("/api/v2/query", "buckets()")
      #expect(flux.status == 403 && flux.text.contains("Flux query service disabled"), "\(flux.status) \(flux.text)")
      // Any other refusal is of the gateway's credential; and so is this one anywhere else.
      #expect(try ask("/api/v2/query", "other()").status == 502)
      let query = try client.exchange(Request.query("SHOW MEASUREMENTS"))
      #expect(query.status == 502 && !query.text.contains("Flux"))
      #expect(try client.exchange(Request.write("cpu v=1")).status == 502)
    }
  }
}
