// Long lists of logins pass in pieces, as fast as their client takes them (design §10).

import Foundation
import Glibc
import Testing

@Suite struct ListTests {
  /// Before so many logins, each with 64 KB in the list.
  private static func play(
    logins count: Int = 60, settings: (inout GatehouseSettings) -> Void = { _ in },
    _ body: (Scene, ManagementClient, [String]) throws -> Void
  ) throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      settings(&$0)
    }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let description = String(repeating: "long ", count: 13_000)
      let ids = try (0..<count).map {
        try management.create("listed-\($0)", password: nil, reads: ["metrics"], description: description)
      }
      try body(scene, management, ids)
    }
  }

  private static func request(_ scene: Scene, version: String = "HTTP/1.1", fields: String = "") -> String {
    "GET /legacy/authorizations \(version)\r\nHost: x\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\(fields)\r\n"
  }

  private static func expectWhole(_ body: [UInt8], _ ids: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
    let all = (object?["authorizations"] as? [[String: Any]])?.compactMap { $0["id"] as? String } ?? []
    #expect(all == all.sorted() && Set(ids).isSubset(of: all), sourceLocation: sourceLocation)
    #expect(all.count == ids.count + Login.all.count, sourceLocation: sourceLocation)
  }

  /// Waits until every connection of the test has ended.
  private static func expectDescriptors(
    _ count: Int, of scene: Scene, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var rounds = 0
    while try scene.gatehouse.descriptorCount() > count, rounds < 2_000 {
      usleep(5_000)
      rounds += 1
    }
    #expect(try scene.gatehouse.descriptorCount() <= count, sourceLocation: sourceLocation)
  }

  @Test(arguments: [true, false]) func arriveWholeAndKeepTheirConnection(tls: Bool) throws {
    try Self.play { scene, _, ids in
      let client = try scene.connect(tls: tls)
      // The next request is there already while the list passes.
      client.send(Self.request(scene) + Self.request(scene) + "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
      for _ in 0..<2 {
        let answer = try client.readAnswer()
        #expect(answer.status == 200 && answer["Transfer-Encoding"] == "chunked")
        #expect(answer["Content-Length"] == nil && answer["Connection"] == nil)
        Self.expectWhole(answer.body, ids)
      }
      #expect(try client.readAnswer().status == 204)
    }
  }

  @Test func endWithTheirConnectionInHTTP10() throws {
    try Self.play { scene, _, ids in
      let client = try scene.connect()
      client.send(Self.request(scene, version: "HTTP/1.0", fields: "Connection: keep-alive\r\n"))
      let answer = try client.readAnswer()
      #expect(answer["Transfer-Encoding"] == nil && answer["Connection"] == "close")
      Self.expectWhole(answer.body, ids)
      // A short one is whole, with its length.
      let short = try scene.connect().exchange(
        "GET /legacy/authorizations?token=listed-1 HTTP/1.0\r\nAuthorization: Token \(scene.gatehouse.token)\r\n\r\n")
      #expect(short["Content-Length"] == "\(short.body.count)")
    }
  }

  @Test func areOfOneMomentWhateverChangesMeanwhile() throws {
    try Self.play { scene, management, ids in
      let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
      client.send(Self.request(scene))
      let head = try #require(try client.readHead())
      #expect(head.status == 200)
      for id in ids.suffix(20) { try management.delete(id) }
      var body: [UInt8] = []
      while case let size = Int(try client.readLine(), radix: 16) ?? 0, size > 0 {
        body += try client.read(size)
        _ = try client.read(2)
      }
      Self.expectWhole(body, ids)
      Self.expectWhole(try scene.connect().exchange(Self.request(scene)).body, Array(ids.dropLast(20)))
    }
  }

  @Test func costOneWhoDoesNotReadTheConnection() throws {
    // More than the buffers of any socket take.
    try Self.play(logins: 160, settings: { $0.tables["timeouts"] = ["send_progress = \"600ms\""] }) {
      (scene, _, ids) in
      let before = try scene.gatehouse.memory("VmHWM")
      let descriptors = try scene.gatehouse.descriptorCount()
      let stopped = try (0..<20).map { _ in
        let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
        client.send(Self.request(scene))
        return client
      }
      // Meanwhile others are served.
      Self.expectWhole(try scene.connect().exchange(Self.request(scene)).body, ids)
      try Self.expectDescriptors(descriptors, of: scene)
      for client in stopped {
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(!text.hasSuffix("]}\r\n0\r\n\r\n"), "a client that did not read got everything")
      }
      // 20 whole lists would be 200 MB.
      try scene.gatehouse.expectMemory(within: 40 * 1_024, of: before)
    }
  }

  @Test func areDroppedWithTheirClient() throws {
    try Self.play { scene, management, ids in
      let descriptors = try scene.gatehouse.descriptorCount()
      for round in 0..<40 {
        let client = try RawClient(scene.gatehouse, tls: round % 2 == 0, receiveBuffer: 4_096)
        client.send(Self.request(scene))
        if round % 4 > 0 { _ = try client.readHead() }
        round % 3 == 0 ? client.closeNow() : client.reset()
      }
      Self.expectWhole(try scene.connect().exchange(Self.request(scene)).body, ids)
      try Self.expectDescriptors(descriptors, of: scene)
    }
  }

  /// Without chunks an orderly end would say that the list is whole.
  @Test(arguments: ["HTTP/1.0", "HTTP/1.1"]) func areCutOffVisiblyWhenTheDrainEnds(version: String) throws {
    // More than the buffers of any socket take.
    try Self.play(logins: 160, settings: { $0.tables["timeouts"] = ["drain = \"200ms\""] }) { scene, _, _ in
      let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
      client.send(Self.request(scene, version: version))
      let head = try #require(try client.readHead())
      #expect(head.status == 200)
      scene.gatehouse.signal(SIGTERM)
      #expect(scene.gatehouse.waitForEnd() == 0)
      _ = try client.readToEnd()
      #expect(client.wasReset)
      let records = scene.gatehouse.accessRecords().filter { $0["status"] as? Int == 499 }
      #expect(records.map { $0["refusal"] as? String } == ["shut down"], "\(records)")
    }
  }

  @Test func passToTheirEndWhileDraining() throws {
    try Self.play { scene, _, ids in
      let client = try RawClient(scene.gatehouse, tls: false, receiveBuffer: 4_096)
      client.send(Self.request(scene))
      let head = try #require(try client.readHead())
      #expect(head.status == 200)
      scene.gatehouse.signal(SIGTERM)
      var body: [UInt8] = []
      while case let size = Int(try client.readLine(), radix: 16) ?? 0, size > 0 {
        body += try client.read(size)
        _ = try client.read(2)
      }
      Self.expectWhole(body, ids)
      #expect(try client.readLine().isEmpty)
      #expect(try client.isClosedByPeer())
    }
  }
}
