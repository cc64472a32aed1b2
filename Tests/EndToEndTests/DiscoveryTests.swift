// What clients of the v2 API ask before they do anything, with the credential that they have.

import Foundation
import Testing

@Suite struct DiscoveryTests {
  private static func names(_ answer: HTTPAnswer) throws -> [String] {
    let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    return (object?["buckets"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
  }

  @Test func listsTheBucketsThatALoginMaySee() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      func list(_ login: Login?, _ parameters: String = "", fields: String = "") throws -> HTTPAnswer {
        try client.exchange(
          "GET /api/v2/buckets\(parameters) HTTP/1.1\r\nHost: x\r\n\(login?.basic ?? "")\(fields)\r\n")
      }
      #expect(try Self.names(try list(.reader)) == ["metrics/autogen", "metrics/weekly"])
      #expect(try Self.names(try list(.writer)) == ["metrics/autogen", "metrics/weekly", "secret/autogen"])
      #expect(try Self.names(try list(.vault)) == ["secret/autogen"])
      #expect(try Self.names(try list(.reader, "?name=secret%2Fautogen")).isEmpty)
      #expect(try Self.names(try list(.reader, "?name=metrics%2Fweekly")) == ["metrics/weekly"])
      let mallory = try list(.mallory)
      #expect(try mallory.status == 200 && Self.names(mallory).isEmpty)
      // As v2 clients send a v1 login: one word with a colon.
      let token = "Authorization: Token \(Login.reader.name):\(Login.reader.password)\r\n"
      #expect(try Self.names(try list(nil, fields: token)) == ["metrics/autogen", "metrics/weekly"])
      var wrong = Login.reader
      wrong = Login(name: wrong.name, password: "wrong", hash: "")
      #expect(try list(wrong).status == 401)
      #expect(try list(Login(name: "nobody-knows", password: "wrong", hash: "")).status == 401)
      #expect(scene.upstream.requests.isEmpty)
    }
  }

  @Test(arguments: ["/ready", "/api/v2"]) func asksBefore2xAsWithoutCredential(path: String) throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer("200 OK", "{\"status\":\"ready\"}", fields: "Content-Type: application/json\r\n")
    }
    try Scene.play(
      directory: UpstreamDirectory(influxDB2: UpstreamDirectory2()),
      settings: { $0.upstreamToken = "canary-gateway-token-0123456789abcdef" }, script: script
    ) { scene in
      let client = try scene.connect()
      let credentials = [
        "", Login.reader.basic, Login(name: "nobody-knows", password: "x", hash: "").basic,
        "Authorization: Token some-token-of-the-upstream-0123456789\r\nCookie: session=abc\r\n",
      ]
      for credential in credentials {
        let answer = try client.exchange("GET \(path)?u=a&p=b HTTP/1.1\r\nHost: x\r\n\(credential)\r\n")
        #expect(answer.status == 200 && answer.text.contains("ready"), "\(credential): \(answer.status) \(answer.text)")
      }
      for request in scene.upstream.completed {
        #expect(request["Authorization"] == nil && request["Cookie"] == nil && request.target == path)
      }
      #expect(scene.upstream.completed.count == credentials.count)
    }
  }
}
