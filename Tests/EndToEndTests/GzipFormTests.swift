// Forms of queries in gzip: understood within the limit of a form, and forwarded as the plain form that was decided on (security rows 26 and 27).

import Testing

@Suite struct GzipFormTests {
  private static let form = "db=metrics&q=SELECT+v+FROM+cpu"

  private static func post(
    _ body: [UInt8], target: String = "/query", encoding: String = "gzip", login: Login = .reader,
    framing: String? = nil
  ) -> [UInt8] {
    Array(
      ("POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(login.basic)Content-Type: application/x-www-form-urlencoded\r\n"
        + "Content-Encoding: \(encoding)\r\n\(framing ?? "Content-Length: \(body.count)\r\n")\r\n").utf8) + body
  }

  private static func ask(_ scene: Scene, _ request: [UInt8]) throws -> HTTPAnswer {
    let client = try scene.connect()
    client.send(request)
    return try client.readAnswer()
  }

  @Test(arguments: ["gzip", "GZIP", "Gzip"]) func carriesTheFormItHolds(encoding: String) throws {
    try Scene.play { scene in
      let body = Gzip.member(Array(Self.form.utf8))
      let whole = try Self.ask(scene, Self.post(body, encoding: encoding))
      #expect(whole.status == 200)
      let chunked = Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
      let pieces = try Self.ask(
        scene, Self.post(chunked, encoding: encoding, framing: "Transfer-Encoding: chunked\r\n"))
      #expect(pieces.status == 200)
      for request in scene.upstream.completed {
        #expect(request.text == "db=metrics&rp=autogen&q=SELECT%20v%20FROM%20cpu")
        #expect(request["Content-Encoding"] == nil && request["Content-Length"] == "\(request.body.count)")
      }
      #expect(scene.upstream.completed.count == 2)
    }
  }

  @Test func decidesOnWhatItHolds() throws {
    try Scene.play { scene in
      for (held, target, status) in [
        ("db=secret&q=SELECT+v+FROM+vault", "/query?\(Self.form)", 403), ("db=secret", "/query?\(Self.form)", 403),
        ("db=metrics&q=SELECT+v+FROM+secret..vault", "/query?\(Self.form)", 403),
        ("db=%zz", "/query?\(Self.form)", 400),
        ("db=metrics;db=secret", "/query?\(Self.form)", 400), (Self.form, "/query?db=secret", 200),
        ("", "/query?\(Self.form)", 200),
      ] {
        let answer = try Self.ask(scene, Self.post(Gzip.member(Array(held.utf8)), target: target))
        #expect(answer.status == status, "\(held): \(answer.status) \(answer.text)")
      }
      #expect(scene.upstream.requests.count == 2)
      #expect(!scene.upstream.text.contains("secret") && !scene.upstream.text.contains("vault"))
    }
  }

  @Test func refusesWhatIsNotOneWholeMember() throws {
    try Scene.play { scene in
      let member = Gzip.member(Array(Self.form.utf8))
      var bent = member
      bent[bent.count - 6] ^= 1
      for body in [
        Array(member.dropLast()), Array(member.prefix(12)), [0x1f], member + [0], member + Array("&db=secret".utf8),
        member + Gzip.member(Array("&db=secret".utf8)), bent, Array(Self.form.utf8), Array(member.dropFirst(10)),
      ] {
        let answer = try Self.ask(scene, Self.post(body))
        #expect(answer.status == 400, "\(body.count): \(answer.status) \(answer.text)")
      }
      for encoding in ["deflate", "br", "x-gzip", "gzip, gzip", "gzip\r\nContent-Encoding: gzip", "gzip;q=1"] {
        let status = try Self.ask(scene, Self.post(member, encoding: encoding)).status
        #expect([400, 415].contains(status), "\(encoding): \(status)")
      }
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  /// 256 MiB in a quarter of a mebibyte: nothing beyond the limit is inflated.
  @Test func refusesBombAtTheLimitOfAForm() throws {
    let child = try ChildProcess(["sh", "-c", "head -c 268435456 /dev/zero | gzip -9"])
    child.feed("")
    #expect(child.waitForEnd() == 0)
    let bomb = child.output.current
    try Scene.play { scene in
      #expect(bomb.count < 1_048_576)
      for _ in 0..<20 {
        let answer = try Self.ask(scene, Self.post(bomb))
        #expect(answer.status == 413)
      }
      let whole = Array(("x=" + String(repeating: "y", count: 2_097_152)).utf8)
      let plain = try Self.ask(scene, Self.post(Gzip.member(whole)))
      #expect(plain.status == 413)
      #expect(plain.text.contains("limits.query_bytes is "), "\(plain.text)")
      try scene.gatehouse.expectMemory(within: 128 * 1024)
      #expect(scene.upstream.requests.isEmpty)
    }
  }
}
