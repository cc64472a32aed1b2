// Before a real 1.6.7: times are stored and answered in the unit that their sender meant (issue 10, C2).

import Foundation
import Testing

@Suite struct TimeUnitTests {
  private static let login: Login = {
    var login = Login.reader
    login.writes = ["metrics"]
    return login
  }()

  @Test func storesAndAnswersTimesInTheUnitThatWasMeant() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    let gatehouse = try server.gatehouse { $0.logins = [Self.login] }
    defer { gatehouse.stop() }
    let client = try RawClient(gatehouse)
    let units = [
      ("", 1), ("n", 1), ("ns", 1), ("u", 1_000), ("us", 1_000), ("µ", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
      ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]
    for (index, (unit, nanoseconds)) in units.enumerated() {
      let answer = try client.exchange(
        Request.write(
          "unit\(index) v=1 1600000", database: "metrics&precision=\(unit.percentEncoded)", login: Self.login))
      #expect(answer.status == 204, "\(unit): \(answer.status) \(answer.text)")
      let stored = try server.query("SELECT v FROM unit\(index)", database: "metrics&epoch=ns")
      #expect(stored.contains("[\(1_600_000 * nanoseconds),1]"), "\(unit): \(stored)")
      // And read again in the same unit.
      guard !unit.isEmpty else { continue }
      let read = try client.exchange(
        Request.query("SELECT v FROM unit\(index)", login: Self.login, parameters: "&epoch=\(unit.percentEncoded)"))
      #expect(read.text.contains("[1600000,1]"), "\(unit): \(read.text)")
    }
    for unit in ["xx", "S", "d", "us ", "μ"] {
      let answer = try client.exchange(
        Request.write("other v=1 1600000", database: "metrics&precision=\(unit.percentEncoded)", login: Self.login))
      #expect(answer.status == 400, "\(unit): \(answer.status)")
      let read = try client.exchange(
        Request.query("SELECT v FROM unit0", login: Self.login, parameters: "&epoch=\(unit.percentEncoded)"))
      #expect(read.status == 400, "\(unit): \(read.status)")
    }
    #expect(try !server.query("SHOW MEASUREMENTS", database: "metrics").contains("other"))
  }

  /// The Go client sends `null` where it has no parameters (issue 10, C1); `pretty` is read in the URL alone.
  @Test func takesWhatGoSendsForNothing() throws {
    let server = try InfluxdServer()
    defer { server.stop() }
    try server.write("cpu v=1", database: "metrics")
    let gatehouse = try server.gatehouse { $0.logins = [Self.login] }
    defer { gatehouse.stop() }
    let client = try RawClient(gatehouse)
    for request in [
      Request.query("SELECT v FROM cpu", login: Self.login, parameters: "&params=null"),
      Request.form("db=metrics&params=null&q=SELECT+v+FROM+cpu", login: Self.login),
      Request.form("q=SELECT+v+FROM+cpu", target: "/query?db=metrics&params=null&pretty=true", login: Self.login),
    ] {
      let answer = try client.exchange(request)
      #expect(answer.status == 200 && answer.text.contains("\"series\""), "\(answer.status) \(answer.text)")
      #expect(answer.text.contains("\n    ") == request.contains("pretty"), "\(answer.text)")
    }
  }

  /// Issue 10, A14 and C6.
  @Test func saysWhatIsWrongAndNoSecret() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      for (parameters, status) in [
        ("\(Login.reader.parameters)&x=%", 400), ("x=a;b&\(Login.reader.parameters)", 400),
        ("\(Login.reader.parameters);x", 401), ("u=\(Login.reader.name)&p=wrong&x=%", 401),
      ] {
        let answer = try client.exchange(
          Request.query("SELECT v FROM cpu", login: nil, parameters: "&\(parameters)"))
        #expect(answer.status == status, "\(parameters): \(answer.status) \(answer.text)")
      }
      for (statement, status) in [
        ("CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL 'http://user:canary@h'", 403),
        ("CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL 'https://h/?p=canary'", 403),
        ("CREATE SUBSCRIPTION s ON metrics.autogen DESTINATIONS ALL \"http://user:canary@h\"", 400),
        ("CREATE USER u WITH PASSWORD 'canary'", 403), ("CREATE USER u WITH PASSWORD \"canary\"", 400),
        ("SET PASSWORD FOR u = canary", 400), ("SET PASSWORD FOR u 'canary'", 400),
      ] {
        let form = Request.form("db=metrics&q=\(statement.percentEncoded)", login: .reader)
        for request in [Request.query(statement), form] {
          let answer = try client.exchange(request)
          #expect(answer.status == status, "\(statement): \(answer.status) \(answer.text)")
          #expect(!(answer.text + "\(answer.fields)").contains("canary"), "\(answer.text) \(answer.fields)")
        }
      }
      try scene.expectUntouchedUpstream()
      #expect(!scene.gatehouse.eventLog.contains("canary"))
    }
  }
}
