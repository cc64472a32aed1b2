// Before a 2.x upstream with two organizations, which looks databases up in that of the token it is shown: a login of the
// other gets nothing, and is told so with what loses no write.

import Foundation
import Testing

@Suite struct OrganizationTests {
  private static func play(
    lab: [String], shown: [String], organization: String? = nil, isTold: Bool = true,
    _ body: (Scene, RawClient) throws -> Void
  ) throws {
    var upstream = UpstreamDirectory2()
    upstream.buckets = ["metrics/autogen", "metrics/weekly", "secret/autogen"]
    upstream.mappings = [("metrics", "autogen", "metrics/autogen", true)]
    upstream.labBuckets = lab
    upstream.shownDatabases = shown
    var directory = UpstreamDirectory()
    directory.influxDB2 = upstream
    try Scene.play(
      directory: directory,
      settings: {
        $0.awaitsDirectory = isTold
        $0.upstreamToken = "canary-upstream-token-of-the-gateway"
        if let organization { $0.tables["upstream"] = ["organization = \"\(organization)\""] }
      },
      script: { connection in
        _ = try connection.readRequest()
        connection.answer("204 No Content")
      }
    ) { scene in
      let isUntold = "no login is served: the organization of the gateway's credential is not known"
      if !isTold { #expect(scene.gatehouse.waitForEvent { $0["message"] as? String == isUntold }) }
      try body(scene, try scene.connect())
    }
  }

  /// What a write and a query of plant's login come to once the directory is known.
  private static func statuses(_ client: RawClient) throws -> [Int] {
    let write = "POST /write?db=metrics HTTP/1.1\r\nHost: x\r\n\(Login.writer.basic)Content-Length: 7\r\n\r\ncpu v=1"
    let bucketWrite =
      "POST /api/v2/write?bucket=metrics/autogen&org=plant HTTP/1.1\r\nHost: x\r\n\(Login.writer.basic)"
      + "Content-Length: 7\r\n\r\ncpu v=1"
    return [try client.exchange(write).status, try client.exchange(bucketWrite).status]
  }

  @Test func servesTheLoginsOfItsTokensOrganization() throws {
    try Self.play(lab: ["metrics/autogen", "onlylab"], shown: ["metrics", "secret", "_monitoring"]) { scene, client in
      let statuses = try Self.statuses(client)
      #expect(statuses == [204, 204])
      #expect(scene.upstream.completed.last?.parameter("org") == [UpstreamDirectory2.organization])
    }
  }

  @Test func refusesTheLoginsOfAnotherWithoutLosingAWrite() throws {
    try Self.play(lab: ["metrics/autogen", "onlylab"], shown: ["metrics", "onlylab"]) { scene, client in
      let statuses = try Self.statuses(client)
      #expect(statuses == [503, 503])
      let answer = try client.exchange(Request.query("SELECT v FROM cpu"))
      #expect(answer.status == 503 && answer["Retry-After"] != nil)
      #expect(!answer.text.contains("plant"))
      #expect(scene.upstream.completed.isEmpty)
      scene.gatehouse.stop()
      #expect(scene.gatehouse.accessLog.contains("organization is plant"))
    }
  }

  @Test func servesNobodyWhereItsOrganizationCannotBeTold() throws {
    try Self.play(lab: ["metrics/autogen", "secret/autogen"], shown: ["metrics", "secret"], isTold: false) {
      scene, client in
      let statuses = try Self.statuses(client)
      #expect(statuses == [503, 503])
      #expect(scene.upstream.completed.isEmpty)
      #expect(scene.gatehouse.eventLog.contains("write [upstream] organization"))
      let health = try client.exchange("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(health.status == 503)
    }
  }

  @Test func takesTheConfiguredOrganizationWhereItCannotBeTold() throws {
    try Self.play(
      lab: ["metrics/autogen", "secret/autogen"], shown: ["metrics", "secret"], organization: "plant"
    ) { scene, client in
      let statuses = try Self.statuses(client)
      #expect(statuses == [204, 204])
    }
  }

  @Test func believesNoConfiguredOrganizationThatTheUpstreamContradicts() throws {
    try Self.play(lab: ["onlylab"], shown: ["onlylab"], organization: "plant", isTold: false) {
      scene, client in
      let statuses = try Self.statuses(client)
      #expect(statuses == [503, 503])
      #expect(scene.upstream.completed.isEmpty)
    }
  }
}
