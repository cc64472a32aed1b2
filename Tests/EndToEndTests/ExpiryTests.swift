// What expires is refused from the next request on, on open connections and whatever is remembered.

import Foundation
import Testing

@Suite struct ExpiryTests {
  private static func soon() -> String { Date.now.addingTimeInterval(3).formatted(.iso8601) }

  /// The first status that is not `expected`; the clock, not a count, ends this.
  private static func firstOther(than expected: Int, _ ask: () throws -> Int) throws -> (status: Int, after: Int) {
    for round in 0..<1_000_000 {
      let status = try ask()
      if status != expected { return (status, round) }
    }
    throw HarnessFailure("never refused")
  }

  @Test func refusesALoginOnItsOpenConnection() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("mayfly", password: "canary-mayfly", writes: ["metrics"])
      let login = Login(name: "mayfly", password: "canary-mayfly", hash: "")
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1", login: login)).status == 204)
      #expect(try management.call("PATCH", "/\(id)?extensions=true", ["expiresAt": Self.soon()]).status == 200)
      let end = try Self.firstOther(than: 204) { try client.exchange(Request.write("cpu v=1", login: login)).status }
      #expect(end.status == 401 && end.after > 0)
      #expect(try scene.connect().exchange(Request.write("cpu v=1", login: login)).status == 401)
    }
  }

  @Test func refusesATokenThatTheCommandLineDated() throws {
    try Scene.play { scene in
      let made = try scene.gatehouse.command(
        "token", "create", "--operator", "--expires", Date.now.addingTimeInterval(4).formatted(.iso8601))
      #expect(made.status == 0, "\(made.errors)")
      scene.gatehouse.addCanary(made.line)
      let client = try scene.connect()
      let ask =
        "GET /private/legacy/authorizations HTTP/1.1\r\nHost: x\r\nAuthorization: Token \(made.line)\r\n\r\n"
      // The server looks for what the command line changed every quarter of a second.
      _ = try Self.firstOther(than: 401) { try client.exchange(ask).status }
      #expect(try Self.firstOther(than: 200) { try client.exchange(ask).status }.status == 401)
    }
  }

  @Test func refusesALoginThatTheFileDated() throws {
    let dated = { (name: String, date: String) in
      "[[authorization]]\ntoken = \"\(name)\"\npassword_hash = \"\(Login.writer.hash)\"\nexpires = \"\(date)\"\n"
        + "write = [\"metrics\"]\n"
    }
    try Scene.play(settings: {
      $0.sections = dated("gone", "2020-01-31T12:00:00Z") + dated("staying", "2199-01-31T12:00:00+01:00")
    }) { scene in
      for (name, status, verdict) in [
        ("gone", 401, "deny: the login has expired, at 2020-01-31T12:00:00Z"), ("staying", 204, "permit"),
      ] {
        let login = Login(name: name, password: Login.writer.password, hash: "")
        #expect(try scene.connect().exchange(Request.write("cpu v=1", login: login)).status == status)
        let explained = try scene.gatehouse.command("explain", "--login", name, "--write", "--db", "metrics")
        #expect(explained.output.contains(verdict), "\(explained.output)\(explained.errors)")
      }
    }
  }
}
