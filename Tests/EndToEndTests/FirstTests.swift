import Testing
@Test func placeholder() throws {
  let u = try ScriptedUpstream()
  let c = try RawClient(port: u.port, tls: false)
  let a = try c.exchange("POST /write HTTP/1.1\r\nContent-Length: 2\r\n\r\nab")
  #expect(a.status == 204)
  #expect(u.requests.count == 1)
}
