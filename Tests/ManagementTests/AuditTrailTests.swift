// The lines of the audit log.

import Foundation
import Glibc
import ManagementAPI
import Observation
import Testing

@testable import Authorizations
@testable import Management

private final class Stage {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString)").path
  let bench: Bench
  let trail: AuditTrail
  private final class Problems { var all: [String?] = [] }
  private let reported = Problems()

  init() throws {
    trail = AuditTrail(try AuditFile(path: path)) { [reported] in reported.all.append($0) }
    bench = try Bench(trail: trail)
    try bench.token("op", .operatorPermissions)
  }

  var reports: [String?] { reported.all }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var text: String { get throws { try String(contentsOfFile: path, encoding: .utf8) } }

  var lines: [[String: Any]] {
    get throws {
      try text.split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
    }
  }
}

private let prefix = "/private/legacy/authorizations"

@Test func aChangeIsSaidBeforeAndAfter() throws {
  let stage = try Stage()
  let id = try stage.bench.create("one")
  _ = stage.bench.send("POST", "\(prefix)/\(id)/password", "{\"password\":\"canary-password\"}")
  _ = stage.bench.send("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}")
  _ = stage.bench.send("DELETE", "\(prefix)/\(id)")
  // The first line is the token's.
  let lines = try stage.lines.dropFirst()
  #expect(
    lines.map { $0["event"] as? String } == [
      "change", "done", "change", "done", "change", "done", "change", "done",
    ])
  #expect(
    lines.compactMap { $0["operation"] as? String } == ["create", "set-password", "update", "delete"])
  for pair in 0..<4 {
    let (intent, outcome) = (lines[1 + pair * 2], lines[2 + pair * 2])
    #expect(intent["call"] as? String == outcome["call"] as? String)
    #expect(intent["source"] as? String == "192.0.2.1")
    #expect((intent["caller"] as? String)?.hasPrefix("token:") == true)
  }
  let update = lines[5]
  #expect((update["before"] as? [String: Any])?["status"] as? String == "active")
  #expect((update["after"] as? [String: Any])?["status"] as? String == "inactive")
  #expect((update["after"] as? [String: Any])?["hasPassword"] as? Bool == true)
  #expect(lines[7]["after"] == nil)
  let text = try stage.text
  #expect(!text.contains("canary-password") && !text.contains("$2b$"))
}

@Test func aRefusalIsSaidWithItsReason() throws {
  let stage = try Stage()
  _ = stage.bench.send("GET", prefix, token: "canary-token")
  _ = stage.bench.send("DELETE", "\(prefix)/0000000000000007")
  _ = stage.bench.send("GET", prefix)
  let lines = try stage.lines.dropFirst()
  #expect(lines.map { $0["event"] as? String } == ["refused", "refused"])
  #expect(lines.map { $0["status"] as? Int } == [401, 404])
  #expect(lines.map { $0["reason"] as? String } == ["unauthorized access: unknown token", "authorization not found"])
  #expect(try !stage.text.contains("canary-token"))
}

@Test func aChangeThatCannotBeAuditedDoesNotHappen() throws {
  let stage = try Stage()
  let id = try stage.bench.create("one")
  unlink(stage.path)
  mkdir(stage.path, 0o700)
  for (method, path, body) in [
    ("PATCH", "\(prefix)/\(id)", "{\"status\":\"inactive\"}"),
    ("POST", "\(prefix)/\(id)/password", "{\"password\":\"long enough\"}"), ("DELETE", "\(prefix)/\(id)", ""),
  ] {
    let response = stage.bench.send(method, path, body)
    #expect(response.status == 503 && response.field("Retry-After") != nil)
    #expect(response.member("message") == "the audit log cannot be written; nothing was changed")
  }
  #expect(stage.bench.registry.snapshot.authorization(named: "one")?.status == .active)
  #expect(stage.bench.registry.snapshot.authorization(named: "one")?.passwordHash == nil)
  rmdir(stage.path)
  #expect(stage.bench.send("DELETE", "\(prefix)/\(id)").status == 204)
  // Told once when it began and once when it ended.
  #expect(stage.reports.count == 2 && stage.reports.last == .some(nil))
}

@Test func whatAClientSendsStaysOneLine() throws {
  let stage = try Stage()
  _ = stage.bench.send("GET", "/legacy/a%0A%7B%22event%22%3A%22done%22%7D%C2%85%1B", token: nil)
  _ = stage.bench.send("GET", "/legacy/\(String(repeating: "x", count: 60_000))", token: nil)
  let text = try stage.text
  #expect(text.split(separator: "\n").count == 3)
  #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 32 || (127..<160).contains($0.value)) })
  #expect(text.utf8.count < 8_192)
}
