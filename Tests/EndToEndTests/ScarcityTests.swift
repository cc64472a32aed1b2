// Few descriptors and few connections: who is being served goes on being served, and others get in (issue 10, A3 and A9).

import Foundation
import Testing

@Suite struct ScarcityTests {
  private static let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
  private static func logIn(_ scene: Scene) throws -> RawClient {
    let client = try scene.connect(tls: false)
    #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
    return client
  }

  private static let ping = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"

  @Test func servesItsClientsWithFewDescriptors() throws {
    try Scene.play(settings: { $0.descriptors = 200 }) { scene in
      let short = "limits.connections: 10000 are wanted, 200 descriptors"
      #expect(scene.gatehouse.eventLog.contains(short))
      let check = try Command.run(
        GatehouseProcess.limited(
          [try Paths.gatehouse(), "check", "--config", scene.gatehouse.configuration], 200), input: "")
      #expect(check.output.contains(short), "\(check.output)")
      let known = try (0..<20).map { _ in try Self.logIn(scene) }
      #expect(try #require(known.first).exchange(Self.health).text.contains("\"name\":\"descriptors\""))
      var strangers = try (0..<300).map { _ in try scene.connect(tls: false) }
      for client in known { client.send(Request.write("cpu v=2")) }
      for client in known { #expect(try client.readAnswer().status == 204) }
      strangers.removeAll()
      try scene.writeMarker()
    }
  }

  /// The limit is lowered under the running server, as another process may take the system's last descriptors.
  @Test func waitsForDescriptorsAndRecovers() throws {
    try Scene.play { scene in
      let pid = "\(scene.gatehouse.pid)"
      let known = try scene.connect(tls: false)
      #expect(try known.exchange(Request.write("cpu v=1")).status == 204)
      #expect(try Command.run(["prlimit", "--pid", pid, "--nofile=5:"], input: "").status == 0)
      let waiting = try (0..<20).map { _ in try scene.connect(tls: false) }
      for client in waiting { client.send(Self.ping) }
      #expect(scene.gatehouse.waitForEvent { $0["message"] as? String == "no connection can be accepted" })
      let before = try scene.gatehouse.processorTicks()
      #expect(try known.exchange(Request.write("cpu v=2")).status == 204)
      #expect(try known.exchange(Self.health).text.contains("no connection can be accepted"))
      // Told after the second in which there were too many to tell.
      #expect(scene.gatehouse.waitForEvent { $0["message"] as? String == "more connections met a limit" })
      #expect(try scene.gatehouse.processorTicks() - before < 40, "a loop spins")
      #expect(try Command.run(["prlimit", "--pid", pid, "--nofile=1024:"], input: "").status == 0)
      for client in waiting { #expect(try client.readAnswer().status == 204) }
      #expect(try !known.exchange(Self.health).text.contains("no connection can be accepted"))
    }
  }

  @Test func saysThatDescriptorsAreTooFew() throws {
    let folder = try TemporaryFolder()
    let settings = GatehouseSettings(upstreamPorts: 1)
    try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let command = try Command.run(
      GatehouseProcess.limited([try Paths.gatehouse(), "serve", "--config", folder.file("gatehouse.toml")], 60),
      input: "")
    #expect(command.status == 1 && command.errors.contains("60 descriptors"), "\(command.errors)")
  }

  @Test func keepsConnectionsForOtherSources() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["connections = 100"] }) { scene in
      let context = try ClientContext()
      let idle = try (0..<100).map { _ in try RawClient(scene.gatehouse, handshakes: false, from: 0x7f00_0002) }
      var others: [RawClient] = []
      for _ in 0..<40 {
        let other = try RawClient(scene.gatehouse, context: context)
        #expect(try other.exchange(Request.write("cpu v=1")).status == 204)
        others.append(other)
      }
      #expect(idle.count == 100)
    }
  }

  /// They were answered, and what they still send is read off: for hours, as slowly as they like.
  @Test func letsThoseMakeWayWhoseBodiesAreReadOff() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["connections = 40"] }) { scene in
      let context = try ClientContext()
      let refused = try (0..<40).map { number in
        try RawClient(scene.gatehouse, context: context, from: 0x7f00_0002 + UInt32(number % 4))
      }
      for client in refused {
        client.send("POST /write?db=metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
        #expect(try client.readAnswer().status == 401)
      }
      for _ in 0..<20 {
        let other = try RawClient(scene.gatehouse, context: context)
        #expect(try other.exchange(Request.write("cpu v=1")).status == 204)
      }
    }
  }

  /// Each of them waits for a password to be verified, and has sent the next ones already.
  @Test func letsThoseMakeWayWhoGuess() throws {
    try Scene.play(settings: {
      $0.tables["limits"] = ["connections = 16"]
      $0.passwordCost = 10
    }) { scene in
      let context = try ClientContext()
      let guessing = try (0..<16).map { number in
        let client = try RawClient(scene.gatehouse, context: context, from: 0x7f00_0002 + UInt32(number % 4))
        for guess in 0..<40 {
          let login = Login(name: "nobody-\(number)-\(guess)", password: "a-guess", hash: "")
          client.send(Request.query("SHOW DATABASES", login: login))
        }
        return client
      }
      for client in guessing { #expect(try client.readAnswer().status == 401) }
      for _ in 0..<8 {
        let other = try RawClient(scene.gatehouse, context: context)
        #expect(try other.exchange(Request.write("cpu v=1")).status == 204)
      }
    }
  }

  @Test func countsNobodyWhoLoggedIn() throws {
    try Scene.play(settings: { $0.tables["limits"] = ["connections = 40"] }) { scene in
      let clients = try (0..<30).map { _ in try Self.logIn(scene) }
      for client in clients { #expect(try client.exchange(Request.write("cpu v=2")).status == 204) }
    }
  }

  @Test func letsStrangersMakeWay() throws {
    try Scene.play(settings: {
      $0.tables["limits"] = ["connections = 30", "unauthenticated_per_source = 30"]
    }) { scene in
      let known = try (0..<3).map { _ in try Self.logIn(scene) }
      let idle = try (0..<40).map { _ in try scene.connect(tls: false) }
      for _ in 0..<5 { try scene.writeMarker() }
      for client in known { #expect(try client.exchange(Request.write("cpu v=2")).status == 204) }
      #expect(idle.count == 40)
    }
  }
}
