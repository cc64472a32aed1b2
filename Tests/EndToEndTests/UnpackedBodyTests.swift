// What the body of a write comes to is bounded, before the upstream has all of it (security row 27).

import Testing

@Suite struct UnpackedBodyTests {
  /// 16 MiB of zeros in 16 KiB.
  private static let zeros: [UInt8]? = {
    guard let child = try? ChildProcess(["sh", "-c", "head -c 16777216 /dev/zero | gzip -9"]) else { return nil }
    child.feed("")
    return child.waitForEnd() == 0 ? child.output.current : nil
  }()

  private static func write(_ body: [UInt8], encoding: String? = "gzip", isChunked: Bool = false) -> [[UInt8]] {
    let head =
      "POST /write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"
      + (encoding.map { "Content-Encoding: \($0)\r\n" } ?? "")
    guard isChunked else { return [Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8), body] }
    var pieces = [Array("\(head)Transfer-Encoding: chunked\r\n\r\n".utf8)]
    for start in stride(from: 0, to: body.count, by: 10_000) {
      let chunk = body[start..<min(start + 10_000, body.count)]
      pieces.append(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8))
    }
    return pieces + [Array("0\r\n\r\n".utf8)]
  }

  private static func send(_ scene: Scene, _ pieces: [[UInt8]]) throws -> HTTPAnswer {
    let client = try scene.connect()
    client.send(pieces: pieces)
    return try client.readAnswer()
  }

  /// Collected and streamed, counted and chunked; in one member and in many.
  @Test(arguments: [true, false], [2, 12]) func refusesABombBeforeItIsWhole(isChunked: Bool, members: Int) throws {
    let zeros = try #require(Self.zeros)
    try Scene.play { scene in
      let bomb = Array(repeatElement(zeros, count: members).joined())
      let answer = try Self.send(scene, Self.write(bomb, isChunked: isChunked))
      #expect(answer.status == 413, "\(answer.text)")
      #expect(answer.text.contains("limits.write_decoded_bytes is 26214400"), "\(answer.text)")
      try scene.writeMarker()
      #expect(scene.upstream.completed.count == 1)
      let ended = scene.upstream.state.wait { state in
        state.connections.allSatisfy { $0.isDirectory || $0.isEnded || $0.text.contains("marker") }
      }
      #expect(ended != nil, "a part of the bomb waits at the upstream")
    }
  }

  @Test func carriesWhatComesToLess() throws {
    let zeros = try #require(Self.zeros)
    try Scene.play(settings: { $0.tables["limits"] = ["write_decoded_bytes = \"40MiB\""] }) { scene in
      for isChunked in [true, false] {
        let body = zeros + zeros
        let answer = try Self.send(scene, Self.write(body, isChunked: isChunked))
        #expect(answer.status == 204)
        #expect(scene.upstream.completed.last?.body == body)
      }
      // Longer than what is collected.
      let long = Array(repeatElement(Gzip.member([UInt8](repeating: 0x61, count: 30_000)), count: 20).joined())
      for isChunked in [true, false] {
        let answer = try Self.send(scene, Self.write(long, isChunked: isChunked))
        #expect(answer.status == 204)
        #expect(scene.upstream.completed.last?.body == long)
      }
    }
  }

  /// What is short enough to be harmless is the upstream's to judge, broken or not.
  @Test func leavesAShortBodyAlone() throws {
    try Scene.play { scene in
      let answer = try Self.send(scene, Self.write(Array("no gzip at all".utf8)))
      #expect(answer.status == 204)
      #expect(scene.upstream.completed.last?.text == "no gzip at all")
    }
  }

  @Test func refusesALongBrokenBodyInTheWordsOfTheServer() throws {
    try Scene.play { scene in
      let member = Gzip.member([UInt8](repeating: 0x61, count: 200_000))
      for (body, reason) in [
        (Array(member.dropLast(5)), "unexpected EOF"), (member + [0, 0], "gzip: invalid header"),
        (Array(repeating: 0x61, count: 40_000), "gzip: invalid header"),
      ] {
        let answer = try Self.send(scene, Self.write(body))
        #expect(answer.status == 400 && answer.text == "{\"error\":\"\(reason)\"}\n", "\(answer.text)")
      }
      try scene.writeMarker()
      #expect(scene.upstream.completed.count == 1)
    }
  }

  @Test func boundsPlainBodiesToo() throws {
    try Scene.play(
      settings: { $0.tables["limits"] = ["write_decoded_bytes = 100000", "collect_bytes = 1024"] }
    ) { scene in
      let long = [UInt8](repeating: 0x61, count: 100_001)
      for isChunked in [true, false] {
        let answer = try Self.send(scene, Self.write(long, encoding: nil, isChunked: isChunked))
        #expect(answer.status == 413)
        // An encoding that the server does not know makes no difference to it.
        let unknown = try Self.send(scene, Self.write(long, encoding: "GZIP", isChunked: isChunked))
        #expect(unknown.status == 413)
        let fitting = Array(long.dropLast())
        let taken = try Self.send(scene, Self.write(fitting, encoding: nil, isChunked: isChunked))
        #expect(taken.status == 204)
      }
    }
  }

  /// A snappy block says first how much it holds, and the server makes room for that at once.
  @Test func boundsWhatASnappyBlockSaysItHolds() throws {
    try Scene.play { scene in
      for (start, status) in [([0xff, 0xff, 0xff, 0xff, 0x0f], 413), ([0x80, 0x80, 0xc1, 0x0c], 413), ([0x05], 204)]
        as [([UInt8], Int)]
      {
        for filling in [3, 200_000] {
          let body = start + [UInt8](repeating: 0, count: filling)
          let answer = try Self.send(
            scene,
            [
              Array(
                ("POST /api/v1/prom/write?db=metrics HTTP/1.1\r\nHost: localhost\r\n\(Login.writer.basic)"
                  + "Content-Encoding: snappy\r\nContent-Length: \(body.count)\r\n\r\n").utf8), body,
            ])
          #expect(answer.status == status || (status == 204 && answer.status == 200), "\(start): \(answer.text)")
        }
      }
      #expect(scene.upstream.completed.count == 2)
    }
  }
}
