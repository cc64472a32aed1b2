// The harness itself: what the other tests lean on works.

import Testing

@Suite struct HarnessTests {
  @Test func scriptedUpstreamRecordsWhatArrives() throws {
    let upstream = try ScriptedUpstream()
    let client = try RawClient(port: upstream.port, tls: false)
    let answer = try client.exchange("POST /write HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
    #expect(answer.status == 204)
    #expect(upstream.completed.map(\.text) == ["ab"])
    #expect(upstream.text.hasSuffix("0\r\n\r\n"))
    let directory = try client.exchange("GET /query?q=SHOW+DATABASES HTTP/1.1\r\n\r\n")
    #expect(directory.text.contains("metrics"))
    #expect(upstream.requests.count == 1)
  }

  @Test func influxdStartsWithItsPoint() throws {
    let influxd = try InfluxdServer()
    #expect(try influxd.query("SELECT v FROM vault", database: "secret").contains("424242"))
    influxd.stop()
  }
}
