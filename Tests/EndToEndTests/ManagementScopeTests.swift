// Who may do what over the management API: security.md, rows 46 and 47.

import Foundation
import Testing

@Suite struct ManagementScopeTests {
  /// Two organizations with a user, a bucket and a login each, before a 2.x upstream that must never see any of it.
  private static func play(_ body: (Scene, Wire) throws -> Void) throws {
    try Scene.play(settings: {
      $0.upstreamToken = "canary-upstream-token-of-the-gateway"
      $0.hasOperatorToken = true
      $0.logins = []
      $0.tables["directory"] = ["source = \"declared\""]
      $0.tables["upstream"] = ["organization = \"house\""]
      $0.sections = ["house", "other"].map { name in
        """
        [[organization]]
        name = "\(name)"
        [[user]]
        name = "\(name)-user"
        organization = "\(name)"
        [[bucket]]
        name = "\(name)-bucket"
        organization = "\(name)"

        """
      }.joined()
      $0.tables["log"] = ["audit = \"audit.jsonl\""]
    }) { scene in
      try body(scene, Wire(scene))
      #expect(scene.upstream.requests.isEmpty, "\(scene.upstream.requests.map(\.head))")
    }
  }

  private struct Wire {
    let scene: Scene
    let client: RawClient

    init(_ scene: Scene) throws {
      self.scene = scene
      client = try scene.connect()
    }

    func call(
      _ method: String, _ path: String, _ body: String = "", token: String? = nil
    ) throws -> (status: Int, text: String, object: [String: Any]) {
      let answer = try client.exchange(
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token ?? scene.gatehouse.token)\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
      // Neither hash nor secret of a token stands in any answer.
      #expect(!answer.text.contains("$2b$") && !answer.text.contains("canary-"), "\(path): \(answer.text)")
      let object = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
      return (answer.status, answer.text, object ?? [:])
    }

    func id(_ path: String, _ list: String) throws -> String {
      let found = try call("GET", path)
      guard let id = (found.object[list] as? [[String: Any]])?.first?["id"] as? String else {
        throw HarnessFailure("\(path): \(found)")
      }
      return id
    }

    func token(_ arguments: String...) throws -> String {
      let command = try scene.gatehouse.command(arguments: ["token", "create"] + arguments)
      guard command.status == 0 else { throw HarnessFailure(command.errors) }
      scene.gatehouse.addCanary(command.line)
      for _ in 0..<2_000 {
        if try call("GET", "/private/legacy/authorizations", token: command.line).status == 200 { return command.line }
        usleep(5_000)
      }
      throw HarnessFailure("the token is not known")
    }

    /// Makes a login; the answer.
    func create(
      _ name: String, _ organization: String, _ bucket: String, more: String = "", token: String? = nil
    ) throws -> (status: Int, text: String, object: [String: Any]) {
      try call(
        "POST", "/private/legacy/authorizations",
        "{\"token\":\"\(name)\",\"orgID\":\"\(organization)\",\(more)\"permissions\":[{\"action\":\"read\",\"resource\":"
          + "{\"type\":\"buckets\",\"id\":\"\(bucket)\",\"orgID\":\"\(organization)\"}}]}", token: token)
    }
  }

  private struct Place {
    let organization: String
    let bucket: String
    let login: String

    /// With a login that the user of the token owns.
    init(_ wire: Wire, _ name: String, token: String? = nil) throws {
      organization = try wire.id("/api/v2/orgs?org=\(name)", "orgs")
      bucket = try wire.id("/api/v2/buckets?org=\(name)", "buckets")
      let made = try wire.create("login-of-\(name)", organization, bucket, token: token)
      guard let id = made.object["id"] as? String else { throw HarnessFailure("\(made)") }
      login = id
      let password = try wire.call(
        "POST", "/private/legacy/authorizations/\(id)/password", "{\"password\":\"canary-of-\(name)\"}")
      #expect(password.status == 204)
      wire.scene.gatehouse.addCanary("canary-of-\(name)")
    }
  }

  @Test func theCommandLineAsksWhichOfSeveralOrganizations() throws {
    try Self.play { scene, _ in
      func create(_ arguments: String...) throws -> Command {
        try Command.run(
          [
            try Paths.gatehouse(), "auth", "create", "--username", "device", "--no-password", "--allow-missing",
            "--read", "house-bucket", "--host", "https://localhost:\(scene.gatehouse.port)", "--ca",
            try Certificate.shared.get().certificate,
          ] + arguments, environment: ["GATEHOUSE_TOKEN": scene.gatehouse.token])
      }
      let guessed = try create()
      #expect(guessed.status != 0 && guessed.errors.contains("--org NAME"), "\(guessed.errors)")
      let made = try create("--org", "other")
      #expect(made.status == 0, "\(made.errors)")
    }
  }

  @Test func aTokenReachesItsOrganizationAlone() throws {
    try Self.play { _, wire in
      let house = try Place(wire, "house")
      let other = try Place(wire, "other", token: wire.token("--operator", "--org", "other"))
      let manager = try wire.token(
        "--org", "house", "--permission", "read:authorizations", "--permission", "write:authorizations",
        "--permission", "read:users", "--permission", "write:users", "--permission", "read:buckets")
      let path = "/private/legacy/authorizations"
      #expect(try wire.call("GET", "\(path)/\(house.login)", token: manager).status == 200)
      for prefix in [path, "/legacy/authorizations"] {
        let target = "\(prefix)/\(other.login)"
        for (method, target, body) in [
          ("GET", target, ""), ("PATCH", target, "{\"status\":\"inactive\"}"), ("DELETE", target, ""),
          ("POST", target + "/password", "{\"password\":\"long enough\"}"),
          // The path decides; what the body says of an identifier has no effect.
          ("PATCH", target, "{\"id\":\"\(house.login)\",\"orgID\":\"\(house.organization)\"}"),
          ("POST", target + "/password", "{\"id\":\"\(house.login)\",\"password\":\"long enough\"}"),
        ] { #expect(try wire.call(method, target, body, token: manager).status == 401, "\(method) \(target) \(body)") }
      }
      // A login of the other organization, or of its own with what lies in the other.
      #expect(try wire.create("x", other.organization, other.bucket, token: manager).status == 401)
      #expect(try wire.create("y", house.organization, other.bucket, token: manager).status != 201)
      let owner = try wire.call("GET", "\(path)/\(other.login)").object["userID"] as? String ?? ""
      #expect(
        try wire.create("z", house.organization, house.bucket, more: "\"userID\":\"\(owner)\",", token: manager).status
          == 401)
      // Nor one of the other organization that a user of its own happens to own.
      let shared = try wire.create("shared", other.organization, other.bucket).object["id"] as? String ?? ""
      let takeover = try wire.call(
        "POST", "\(path)/\(shared)/password", "{\"password\":\"long enough\"}", token: manager)
      #expect(takeover.status == 401, "\(takeover)")
      let untouched = try wire.call("GET", "\(path)/\(other.login)").object
      #expect(untouched["status"] as? String == "active")
      for filter in [
        "", "?org=other", "?orgID=\(other.organization)", "?token=login-of-other", "?authID=\(other.login)",
      ] {
        let list = try wire.call("GET", path + filter, token: manager)
        #expect(!list.text.contains("login-of-other") && !list.text.contains(other.login), "\(filter): \(list)")
      }
      for path in [
        "/api/v2/orgs/\(other.organization)", "/api/v2/buckets/\(other.bucket)", "/api/v2/users/\(owner)",
      ] { #expect(try wire.call("GET", path, token: manager).status == 401, "\(path)") }
      for path in ["/api/v2/orgs", "/api/v2/buckets", "/api/v2/dbrps?org=other"] {
        #expect(!(try wire.call("GET", path, token: manager).text.contains("other-")), "\(path)")
      }
    }
  }

  @Test func nobodyHandsOutMoreThanTheyHold() throws {
    try Self.play { _, wire in
      let house = try Place(wire, "house")
      let path = "/private/legacy/authorizations"
      let manager = try wire.token(
        "--org", "house", "--permission", "read:authorizations", "--permission", "write:authorizations",
        "--permission", "read:users", "--permission", "write:users", "--permission", "read:buckets/\(house.bucket)")
      #expect(try wire.create("fair", house.organization, house.bucket, token: manager).status == 201)
      for resource in [
        "{\"type\":\"buckets\"}", "{\"type\":\"buckets\",\"orgID\":\"\(house.organization)\"}", "{\"type\":\"orgs\"}",
        "{\"type\":\"instance\"}", "{\"type\":\"authorizations\"}",
        "{\"type\":\"buckets\",\"name\":\"house-bucket/*\"}",
        "{\"type\":\"buckets\",\"id\":\"\(house.bucket)\",\"name\":\"x/*\",\"orgID\":null}",
      ] {
        let body =
          "{\"token\":\"greedy\",\"orgID\":\"\(house.organization)\",\"permissions\":[{\"action\":\"write\",\"resource\":\(resource)}]}"
        let answer = try wire.call("POST", path, body, token: manager)
        #expect(answer.status == 403 || answer.status == 400, "\(resource): \(answer)")
      }
      // What the API does not offer has no effect, in any spelling.
      let list = try wire.call("GET", "\(path)/\(house.login)").object
      let patch = try wire.call(
        "PATCH", "\(path)/\(house.login)",
        "{\"id\":\"0000000000000007\",\"ID\":\"0000000000000007\",\"token\":\"taken\",\"createdAt\":\"2001-01-01T00:00:00Z\","
          + "\"userID\":\"0000000000000007\",\"permissions\":[{\"action\":\"write\",\"resource\":{\"type\":\"orgs\"}}],"
          + "\"password\":\"long enough\",\"passwordHash\":\"x\",\"operator\":true,\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
        token: manager)
      #expect(patch.status == 200)
      var (before, after) = (list, patch.object)
      before["updatedAt"] = nil
      after["updatedAt"] = nil
      #expect(NSDictionary(dictionary: before) == NSDictionary(dictionary: after))
      let made = try wire.create(
        "assigned", house.organization, house.bucket,
        more: "\"id\":\"0000000000000007\",\"createdAt\":\"2001-01-01T00:00:00Z\",\"password\":\"long enough\",",
        token: manager)
      #expect(made.status == 201 && made.object["id"] as? String != "0000000000000007")
      #expect((made.object["createdAt"] as? String)?.hasPrefix("2001") == false)
      let login = Login(name: "assigned", password: "long enough", hash: "")
      #expect(try wire.client.exchange(Request.query("SELECT v FROM cpu", login: login)).status == 401)
    }
  }

  @Test func aReaderSeesWhatItMayReadAndChangesNothing() throws {
    try Self.play { scene, wire in
      let house = try Place(wire, "house")
      let path = "/private/legacy/authorizations"
      let reader = try wire.token("--org", "house", "--permission", "read:authorizations", "--permission", "read:users")
      let blind = try wire.token("--org", "house", "--permission", "read:buckets")
      let seen = try wire.call("GET", path, token: reader)
      #expect((seen.object["authorizations"] as? [Any])?.count == 1)
      for token in [reader, blind] {
        for (method, target, body) in [
          ("PATCH", "\(path)/\(house.login)", "{}"), ("DELETE", "\(path)/\(house.login)", ""),
          ("POST", "\(path)/\(house.login)/password", "{\"password\":\"long enough\"}"),
        ] { #expect(try wire.call(method, target, body, token: token).status == 401) }
        #expect(try wire.create("never", house.organization, house.bucket, token: token).status == 401)
      }
      // Names are not told by a look-up either.
      #expect(try wire.call("GET", path, token: blind).text.contains("\"authorizations\":[]"))
      for filter in ["?token=login-of-house", "?authID=\(house.login)"] {
        #expect(!(try wire.call("GET", path + filter, token: blind).text.contains("house-bucket")), "\(filter)")
      }
      let audit = try String(contentsOfFile: scene.gatehouse.folder.file("audit.jsonl"), encoding: .utf8)
      for secret in ["canary-", "$2b$", scene.gatehouse.token, reader, blind] { #expect(!audit.contains(secret)) }
      let refused = GatehouseProcess.jsonLines(audit).filter { $0["status"] as? Int == 401 }
      #expect(refused.count >= 8)
      // What the gateway refuses itself is said as well.
      #expect(try wire.call("DELETE", "\(path)/%12%C2").status == 400)
      let big = try scene.connect()
      big.send("POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(reader)\r\nContent-Length: 9999999\r\n\r\n")
      #expect(try big.readAnswer().status == 413)
      // Answered on the management thread after it has written those down.
      _ = try wire.call("GET", path)
      let later = GatehouseProcess.jsonLines(
        try String(contentsOfFile: scene.gatehouse.folder.file("audit.jsonl"), encoding: .utf8))
      for status in [400, 413] {
        #expect(later.contains { $0["status"] as? Int == status && $0["event"] as? String == "refused" }, "\(status)")
      }
      #expect(refused.allSatisfy { ($0["reason"] as? String)?.isEmpty == false }, "\(refused.first ?? [:])")
    }
  }
}
