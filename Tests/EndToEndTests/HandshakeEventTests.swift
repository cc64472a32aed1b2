// Connections that never get as far as a request leave a line, and a word where one is understood (issue 10, B6).

import Glibc
import Testing

@Suite struct HandshakeEventTests {
  private static func failures(_ gatehouse: GatehouseProcess) -> [[String: Any]] {
    gatehouse.eventRecords.filter { $0["message"] as? String == "TLS handshake failed" }
  }

  @Test(arguments: ["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "CONNECT"])
  func saysThatThePortSpeaksTLS(method: String) throws {
    try Scene.play { scene in
      let client = try RawClient(scene.gatehouse, handshakes: false)
      client.send("\(method) /ping HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 3_000))\r\n\r\n")
      let text = String(decoding: try client.readToEnd(), as: UTF8.self)
      #expect(text.hasPrefix("HTTP/1.0 400 "), "\(text)")
      #expect(text.contains("HTTP request to an HTTPS port"))
      #expect(!client.wasReset)
      #expect(scene.gatehouse.waitForEvent { $0["reason"] as? String == "http request" })
    }
  }

  @Test func tellsWhyAHandshakeFailed() throws {
    try Scene.play { scene in
      let garbage = try RawClient(scene.gatehouse, handshakes: false)
      garbage.send("\u{01}\u{02}no handshake at all")
      _ = try garbage.readToEnd()
      #expect(
        scene.gatehouse.waitForEvent {
          $0["reason"] as? String == "wrong version number" && $0["client"] as? String == "127.0.0.1"
            && $0["level"] as? String == "info" && $0["offered"] as? String == "none"
        })
      let old = try ClientContext(ciphers12: "DEFAULT@SECLEVEL=0", version: 0x0302)
      #expect(throws: HarnessFailure.self) { try RawClient(scene.gatehouse, context: old) }
      #expect(
        scene.gatehouse.waitForEvent {
          $0["reason"] as? String == "unsupported protocol" && $0["offered"] as? String == "TLS 1.1"
        })
    }
  }

  @Test func tellsAFewAndCountsTheRest() throws {
    try Scene.play { scene in
      let count = 60
      for _ in 0..<count {
        let client = try RawClient(scene.gatehouse, handshakes: false)
        client.send("\u{01}\u{02}no handshake at all")
        _ = try client.readToEnd()
      }
      #expect(
        scene.gatehouse.waitForEvent { _ in
          let counted = scene.gatehouse.eventRecords.filter { $0["message"] as? String == "more TLS handshakes failed" }
            .reduce(0) { $0 + ($1["count"] as? Int ?? 0) }
          return counted + Self.failures(scene.gatehouse).count == count
        })
      #expect(Self.failures(scene.gatehouse).count < count / 2)
    }
  }

  @Test func keepsQuietBelowItsLevel() throws {
    let folder = try TemporaryFolder()
    var settings = GatehouseSettings(upstreamPorts: 1)
    settings.tables["log"] = ["level = \"warning\""]
    try folder.write("gatehouse.toml", settings.toml(certificate: try Certificate.shared.get()))
    let child = try ChildProcess([try Paths.gatehouse(), "serve", "--config", folder.file("gatehouse.toml")])
    // Whose upstream is not there is a warning; what comes before and after it is not.
    #expect(child.errors.wait { String(decoding: $0, as: UTF8.self).contains("\"level\":\"warning\"") } != nil)
    child.signal(SIGTERM)
    #expect(child.waitForEnd(seconds: 40) == 0)
    #expect(!child.errorText.contains("\"level\":\"info\""), "\(child.errorText)")
  }
}
