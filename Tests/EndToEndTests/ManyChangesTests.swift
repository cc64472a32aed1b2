// Two command lines and the API change one store at once: nothing lost, nothing torn, the server up to date (issue 4).

import Foundation
import Glibc
import Testing

@Suite struct ManyChangesTests {
  /// Changes of each of the three.
  private static let share =
    (ProcessInfo.processInfo.environment["GATEHOUSE_CHANGES"].flatMap { Int($0) } ?? 240) / 3

  /// What stands in the end, by the word of those who made it.
  private struct Outcome: Sendable {
    var changes = 0
    /// Whether each login or token is active.
    var active: [String: Bool] = [:]
    var longestLag = 0.0
    var problems: [String] = []
  }

  @Test func losesNothingOfThreeWhoChangeOneStoreAtOnce() throws {
    try Scene.play(settings: {
      $0.hasOperatorToken = true
      $0.accessLog = nil
      $0.tables["log"] = ["audit = \"audit.jsonl\""]
    }) { scene in
      let outcomes = Awaited<[String: Outcome]>([:])
      var threads = ["first", "second"].map { name in
        Background.start { [gatehouse = scene.gatehouse] in
          let outcome = Self.changeTokens(gatehouse, name)
          outcomes.change { $0[name] = outcome }
        }
      }
      threads.append(
        Background.start { [gatehouse = scene.gatehouse] in
          let outcome = Self.changeLogins(gatehouse)
          outcomes.change { $0["api"] = outcome }
        })
      for thread in threads { #expect(thread.join(seconds: 3_000)) }
      for (name, outcome) in outcomes.current {
        #expect(outcome.problems.isEmpty, "\(name): \(outcome.problems.count), \(outcome.problems.prefix(3))")
        if Self.share > 1_000 {
          print("\(name): \(outcome.changes) changes, the server followed after at most \(outcome.longestLag) s")
          #expect(outcome.longestLag < 1, "\(name)")
        }
      }
      try Self.compare(scene, outcomes.current)
    }
  }

  /// Makes, closes, opens and revokes tokens, each change in a process of its own or several in one.
  private static func changeTokens(_ gatehouse: GatehouseProcess, _ name: String) -> Outcome {
    var outcome = Outcome()
    do {
      let client = try RawClient(gatehouse, tls: false)
      var ids: [String] = []
      var newest = ""
      func run(_ command: String, _ ids: [String], isActive: Bool?) throws {
        let answer = try gatehouse.command(arguments: ["token", command] + ids)
        guard answer.status == 0 else { throw HarnessFailure("token \(command): \(answer.errors)") }
        outcome.changes += ids.count
        for id in ids { outcome.active[id] = isActive }
      }
      while outcome.changes < share {
        newest = try gatehouse.command("token", "create", "--operator", "--description", name).line
        guard newest.count > 18 else { throw HarnessFailure("no token: \(newest)") }
        let id = String(newest.dropFirst(2).prefix(16))
        ids.append(id)
        outcome.changes += 1
        outcome.active[id] = true
        try follow(client, newest, 200, &outcome)
        guard ids.count == 6 else { continue }
        try run("set-inactive", ids, isActive: false)
        try follow(client, newest, 401, &outcome)
        try run("set-active", Array(ids.prefix(4)), isActive: true)
        try run("revoke", Array(ids.suffix(3)), isActive: nil)
        ids = []
      }
    } catch {
      outcome.problems.append("\(error)")
    }
    return outcome
  }

  /// Asks on the data path until the server knows what has become of a token.
  private static func follow(
    _ client: RawClient, _ token: String, _ status: Int, _ outcome: inout Outcome
  ) throws {
    let begin = Date()
    let request = "GET /query?q=SHOW%20DATABASES HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(token)\r\n\r\n"
    while try client.exchange(request).status != status {
      guard Date().timeIntervalSince(begin) < 30 else { throw HarnessFailure("the server does not follow") }
      usleep(2_000)
    }
    outcome.longestLag = max(outcome.longestLag, Date().timeIntervalSince(begin))
  }

  private static func changeLogins(_ gatehouse: GatehouseProcess) -> Outcome {
    var outcome = Outcome()
    do {
      let management = try ManagementClient(gatehouse)
      var number = 0
      while outcome.changes < share {
        number += 1
        let name = "login-\(number)"
        let id = try management.create(name, password: "password-\(number)", reads: ["metrics"])
        try management.setActive(id, false)
        outcome.active[name] = false
        outcome.changes += 3
        let seen = try management.call("GET", "/\(id)").text
        if !seen.contains("\"inactive\"") { outcome.problems.append("not seen: \(seen)") }
        switch number % 3 {
        case 0:
          try management.delete(id)
          outcome.active[name] = nil
        case 1:
          try management.setActive(id, true)
          outcome.active[name] = true
        default: continue
        }
        outcome.changes += 1
      }
    } catch {
      outcome.problems.append("\(error)")
    }
    return outcome
  }

  /// With what the API and a command line list, what a restarted server knows, and the audit log.
  private static func compare(_ scene: Scene, _ outcomes: [String: Outcome]) throws {
    let logins = outcomes["api"]?.active ?? [:]
    let tokens = ["first", "second"].reduce(into: [:]) { all, name in
      all.merge(outcomes[name]?.active ?? [:]) { $1 }
    }
    let listed = try ManagementClient(scene.gatehouse).list().filter { $0.key.hasPrefix("login-") }
    #expect(listed.mapValues { $0["status"] as? String == "active" } == logins)
    let text = try scene.gatehouse.command("token", "list", "--json").output
    let kept = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    let known = kept.filter { ["first", "second"].contains($0["description"] as? String ?? "") }
    let states = known.map { ($0["id"] as? String ?? "", $0["status"] as? String == "active") }
    #expect(Dictionary(states) { $1 } == tokens)
    let audit = try String(contentsOfFile: scene.gatehouse.folder.file("audit.jsonl"), encoding: .utf8)
    let lines = GatehouseProcess.jsonLines(audit)
    #expect(lines.count == audit.split(separator: "\n").count, "a torn line in the audit log")
    // A change that met another process's is intended again; one more is that of the token of the suite.
    let made = Set(lines.filter { $0["event"] as? String == "done" }.compactMap { $0["call"] as? String })
    #expect(made.count == outcomes.values.reduce(1) { $0 + $1.changes })
  }
}
