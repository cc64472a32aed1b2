// SIGHUP: what can be changed while running is, all or nothing, and what cannot is named.

import Foundation
import Testing

@Suite struct ReloadTests {
  private static func reload(_ scene: Scene, _ old: String, _ new: String, expecting event: String) throws -> String {
    let gatehouse = scene.gatehouse
    let text = try String(contentsOfFile: gatehouse.configuration, encoding: .utf8)
    #expect(text.contains(old))
    let before = Self.count(event, gatehouse)
    try gatehouse.folder.write("gatehouse.toml", text.replacing(old, with: new))
    gatehouse.signal(SIGHUP)
    for _ in 0..<4_000 where Self.count(event, gatehouse) == before { usleep(5_000) }
    #expect(Self.count(event, gatehouse) > before, "\(gatehouse.eventLog)")
    return gatehouse.eventLog.split(separator: "\n").last { $0.contains("\"\(event)\"") }.map(String.init) ?? ""
  }

  private static func count(_ event: String, _ gatehouse: GatehouseProcess) -> Int {
    gatehouse.eventLog.components(separatedBy: "\"message\":\"\(event)\"").count - 1
  }

  private static let tables = [
    "limits": ["write_bytes = \"64KiB\"", "head_bytes = \"32KiB\""], "timeouts": ["head = \"50s\""],
  ]

  @Test func takesALimitAlsoOnConnectionsThatAreOpen() throws {
    try Scene.play(settings: { $0.tables = Self.tables }) { scene in
      let client = try scene.connect()
      let body = "cpu v=1 " + String(repeating: " ", count: 4_000) + "1"
      #expect(try client.exchange(Request.write(body)).status == 204)
      _ = try Self.reload(scene, "write_bytes = \"64KiB\"", "write_bytes = \"1KiB\"", expecting: "reloaded")
      #expect(try client.exchange(Request.write("cpu v=2")).status == 204)
      #expect(try client.exchange(Request.write(body)).status == 413)
    }
  }

  @Test func takesATimeout() throws {
    try Scene.play(settings: { $0.tables = Self.tables }) { scene in
      _ = try Self.reload(scene, "head = \"50s\"", "head = \"100ms\"", expecting: "reloaded")
      let client = try scene.connect()
      client.send("POST /write?db=metrics HTTP/1.1\r\n")
      #expect(try client.readAnswer(to: "POST").status == 503)
    }
  }

  @Test func namesAKeyThatCannotBeChangedAndChangesNothing() throws {
    try Scene.play(settings: { $0.tables = Self.tables }) { scene in
      let client = try scene.connect()
      let line = try Self.reload(
        scene, "write_bytes = \"64KiB\"\nhead_bytes = \"32KiB\"", "write_bytes = \"1KiB\"\nhead_bytes = \"16KiB\"",
        expecting: "reload refused")
      #expect(line.contains("limits.head_bytes"))
      #expect(!line.contains("limits.write_bytes"))
      let body = "cpu v=1 " + String(repeating: " ", count: 4_000) + "1"
      #expect(try client.exchange(Request.write(body)).status == 204)
    }
  }
}
