// Stopping, and what is sent again when an upstream connection breaks (B7, rows 61 and 62).

import CSystem
import Glibc
import Testing

@Suite struct LifeCycleTests {
  @Test func finishesStreamsUnderWayWhenItIsTold() throws {
    let goOn = Awaited(false)
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      _ = goOn.wait { $0 }
      connection.send("4\r\nlast\r\n0\r\n\r\n")
    }
    try Scene.play(script: script) { scene in
      let context = try ClientContext()
      let clients = try (0..<100).map { _ in try RawClient(scene.gatehouse, context: context) }
      let idle = try RawClient(scene.gatehouse, context: context)
      for client in clients { client.send(Request.query("SHOW MEASUREMENTS")) }
      for client in clients { #expect(try client.readHead()?.status == 200) }
      scene.gatehouse.signal(SIGTERM)
      // The idle connection ends first, which shows that the stop is under way.
      #expect(try idle.isClosedByPeer())
      // Each event loop closes its own door, one of them perhaps a little later.
      var isRefused = false
      for _ in 0..<1_000 where !isRefused {
        isRefused = (try? RawClient(scene.gatehouse, tls: false)) == nil
      }
      #expect(isRefused)
      goOn.change { $0 = true }
      for client in clients {
        let rest = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(rest.contains("first") && rest.hasSuffix("4\r\nlast\r\n0\r\n\r\n"))
      }
      #expect(scene.gatehouse.waitForEnd() == 0)
      let records = scene.gatehouse.accessRecords()
      #expect(records.count == 100, "\(records.filter { $0["path"] as? String != "/query" })")
    }
  }

  @Test func endsWithinItsGracePeriod() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      connection.waitForEnd()
    }
    try Scene.play(settings: { $0.tables["timeouts"] = ["drain = \"500ms\""] }, script: script) { scene in
      let client = try scene.connect()
      client.send(Request.query("SHOW MEASUREMENTS"))
      _ = try client.readHead()
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd(seconds: 20) != nil)
      #expect(!String(decoding: try client.readToEnd(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
    }
  }

  /// With every patience far above that of the test: who waits for any of these does not pass.
  @Test func endsAtOnceWhereNothingIsUnderWay() throws {
    // Connections to it come about, and no question is ever answered.
    let deaf = gh_listen("127.0.0.1", 0, 64)
    defer { close(deaf) }
    let patient: (inout GatehouseSettings) -> Void = { settings in
      settings.tables["timeouts"] = [
        "drain = \"1h\"", "handshake = \"1h\"", "idle = \"1h\"", "head = \"1h\"", "upstream_response = \"1h\"",
      ]
    }
    try Scene.play(settings: patient) { scene in
      // Connected in advance, kept, answered and not closed by the client, answered with a rest of a body to come.
      let silent = try RawClient(scene.gatehouse, handshakes: false)
      let plain = try RawClient(scene.gatehouse, tls: false)
      let kept = try scene.connect()
      #expect(try kept.exchange(Request.write("cpu v=1")).status == 204)
      let answered = try scene.connect()
      #expect(try answered.exchange(Request.write("cpu v=1", fields: "Connection: close\r\n")).status == 204)
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd(seconds: 20) == 0)
      for client in [silent, plain, kept, answered] { client.closeNow() }
    }
    var settings = GatehouseSettings(upstreamPorts: gh_bound_port(deaf))
    patient(&settings)
    settings.awaitsDirectory = false
    let gatehouse = try GatehouseProcess(settings)
    gatehouse.signal(SIGTERM)
    #expect(gatehouse.waitForEnd(seconds: 8) == 0)
  }

  @Test func keepsNoDescriptorsOfConnectionsThatEnded() throws {
    try Scene.play { scene in
      try scene.writeMarker()
      let before = try scene.gatehouse.descriptorCount()
      let context = try ClientContext()
      for index in 0..<500 {
        let client = try RawClient(scene.gatehouse, tls: index % 2 == 0, context: context)
        _ = try client.exchange(Request.write("cpu v=1"))
        if index % 3 == 0 { client.reset() }
      }
      // What is under way is over when a last connection is answered and ended in turn.
      let last = try scene.connect()
      _ = try last.exchange(Request.write("cpu v=1", fields: "Connection: close\r\n"))
      #expect(try last.isClosedByPeer())
      #expect(try scene.gatehouse.descriptorCount() <= before + 8)
    }
  }

  @Test func neverSendsWriteTwice() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.close()
    }
    for body in [Request.write("cpu v=1"), Request.chunkedWrite("cpu v=1")] {
      try Scene.play(script: script) { scene in
        let answer = try scene.connect().exchange(body)
        #expect(answer.status == 502)
        #expect(scene.upstream.requests.count == 1)
      }
    }
  }

  @Test func neverSendsWriteTwiceOverPooledConnection() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      scene.upstream.answer { connection in
        _ = try connection.readRequest()
        connection.reset()
      }
      let answer = try client.exchange(Request.write("cpu v=2"))
      #expect(answer.status == 502)
      #expect(scene.upstream.completed.filter { $0.text == "cpu v=2" }.count == 1)
    }
  }

  @Test func replacesPooledConnectionFoundClosed() throws {
    let script: ScriptedUpstream.Script = { connection in
      try connection.obey()
      connection.close()
    }
    try Scene.play(script: script) { scene in
      let client = try scene.connect()
      for index in 1...50 {
        #expect(try client.exchange(Request.write("cpu v=\(index)")).status == 204)
        // Once the upstream has closed its end, the pool has a dead connection.
        _ = scene.upstream.state.wait { $0.connections.filter { !$0.isDirectory && $0.isEnded }.count >= index }
      }
      #expect(scene.upstream.completed.count == 50)
    }
  }

  @Test func repeatsReadingQueryOnceAndNoMore() throws {
    let seen = Awaited(0)
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      seen.change { $0 += 1 }
      if seen.current == 2 { return connection.answer("200 OK", "{\"results\":[]}\n") }
      connection.close()
    }
    try Scene.play(script: script) { scene in
      let first = try scene.connect().exchange(Request.query("SELECT v FROM cpu"))
      #expect(first.status == 200 && seen.current == 2 || first.status == 502 && seen.current == 1)
      let count = seen.current
      seen.change { $0 = 10 }
      let second = try scene.connect().exchange(Request.query("SELECT v FROM cpu"))
      #expect(second.status == 502)
      #expect(seen.current - 10 <= 2, "after \(count)")
    }
  }
}
