// Nobody but gatehouse says to the upstream who is asking (B3, rows 28 and 29).

import Foundation
import Testing

@Suite struct IdentityTests {
  private static let spoofed = [
    "X-Forwarded-For", "x-forwarded-for", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
    "X-Forwarded-User",
    "X-Real-IP", "Forwarded", "Via", "X-Remote-User", "Remote-User", "X-Auth-Request-User", "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override", "Proxy-Authorization", "Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Cookie",
    "X-Forwarded_For", "X_Forwarded_For", "X-Influxdb-Token", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP",
  ]

  @Test func replacesOrRemovesEveryIdentityFieldOfTheClient() throws {
    try Scene.play { scene in
      for name in Self.spoofed {
        for value in ["6.6.6.6-spoofed", "for=6.6.6.6-spoofed;proto=spoofed"] {
          let client = try scene.connect()
          let answer = try client.exchange(
            Request.write("cpu v=1", fields: "\(name): \(value)\r\nUser-Agent: kube-probe/1.0\r\n"))
          #expect([204, 400].contains(answer.status), "\(name): \(answer.status)")
        }
      }
      #expect(
        !scene.upstream.text.contains("spoofed"),
        "\(scene.upstream.requests.first { $0.head.contains("spoofed") }?.head ?? "")")
      for request in scene.upstream.requests {
        #expect(request.all("X-Forwarded-For") == ["127.0.0.1"])
        #expect(request.all("X-Forwarded-Proto") == ["https"])
        #expect(request.all("Via").count == 1)
        #expect(request.all("Host").count == 1)
        #expect(request.all("Authorization").count == 1)
      }
    }
  }

  @Test(arguments: [
    "authorization, x-forwarded-for, content-length", "Content-Length", "host, via, x-forwarded-proto",
    "close, authorization",
    "transfer-encoding, content-encoding, content-type",
  ])
  func keepsItsOwnFieldsWhateverConnectionNames(value: String) throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(Request.write("cpu v=1", fields: "Connection: \(value)\r\nX-A: 1\r\n"))
      #expect(answer.status == 204)
      let request = try #require(scene.upstream.requests.first)
      #expect(request.all("Authorization").count == 1)
      #expect(request.all("X-Forwarded-For") == ["127.0.0.1"])
      #expect(request.all("Content-Length") == ["7"])
      #expect(request.all("Host").count == 1)
      #expect(!(request["Connection"] ?? "").lowercased().contains("authorization"))
    }
  }

  @Test func removesFieldsThatConnectionNames() throws {
    try Scene.play { scene in
      let answer = try scene.connect().exchange(
        Request.write(
          "cpu v=1", fields: "Connection: x-hop, keep-alive\r\nX-Hop: only-here\r\nKeep-Alive: timeout=5\r\n"))
      #expect(answer.status == 204)
      #expect(!scene.upstream.text.contains("only-here") && !scene.upstream.text.contains("timeout=5"))
    }
  }

  @Test func sendsItsOwnCredentialAndNothingOfTheClients() throws {
    try Scene.play { scene in
      let cookies = "Cookie: influxdb-oss-session=abcdef-session\r\nX-A: 1\r\n"
      let parameters = "&" + Login.reader.parameters.replacing("u=", with: "%75=").replacing("p=", with: "%70=")
      let requests = [
        Request.query("SHOW MEASUREMENTS", fields: cookies),
        Request.query("SHOW MEASUREMENTS", login: nil, parameters: "&" + Login.reader.parameters, fields: cookies),
        Request.query("SHOW MEASUREMENTS", login: nil, parameters: parameters),
        Request.query("SHOW MEASUREMENTS", login: .reader, parameters: "&u=reader-one"),
        Request.query("SHOW MEASUREMENTS", login: .reader, parameters: "&p=leftover"),
        Request.write("cpu v=1", fields: cookies),
        "POST /write?db=metrics&\(Login.writer.parameters) HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\ncpu v=1",
        Request.form("db=metrics&q=SHOW%20MEASUREMENTS&u=left&p=leftover", fields: cookies),
      ]
      for request in requests {
        let answer = try scene.connect().exchange(request)
        #expect((200...204).contains(answer.status), "\(answer.status) \(answer.text) \(request)")
      }
      #expect(scene.upstream.requests.count == requests.count)
      let own = "Basic " + Data("gatehouse:canary-upstream-8Kd2".utf8).base64EncodedString()
      for request in scene.upstream.completed {
        #expect(request.all("Authorization") == [own])
        #expect(request.all("Cookie").isEmpty)
        #expect(request.parameter("u").isEmpty && request.parameter("p").isEmpty)
      }
      let text = scene.upstream.text
      for left in ["abcdef-session", "leftover"] + Login.reader.secrets + Login.writer.secrets {
        #expect(!text.contains(left))
      }
    }
  }

  @Test func neverRelaysServerIdentityThatTheUpstreamWouldNotGive() throws {
    let script: ScriptedUpstream.Script = { connection in
      _ = try connection.readRequest()
      connection.answer(
        "200 OK", "{}", fields: "Connection: x-secret\r\nX-Secret: hop\r\nSet-Cookie: a=b\r\nKeep-Alive: timeout=9\r\n")
    }
    try Scene.play(script: script) { scene in
      let answer = try scene.connect().exchange(Request.query("SHOW MEASUREMENTS"))
      #expect(answer.status == 200)
      #expect(answer["X-Secret"] == nil && answer["Keep-Alive"] == nil)
      #expect(answer["X-Influxdb-Version"] == "1.8.10")
    }
  }
}
