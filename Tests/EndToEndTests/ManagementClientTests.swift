// What people manage logins with besides InfluxDB's own client: `influxdb-client`, and curl as the published page prints it.

import Foundation
import Testing

@Suite struct ManagementClientTests {
  @Test func carriesTheWholeCycleOfThePythonClient() throws {
    let influxd = try InfluxdServer()
    defer { influxd.stop() }
    let gatehouse = try influxd.gatehouse()
    defer { gatehouse.stop() }
    let management = try ManagementClient(gatehouse)
    let command = try Command.run([
      try Paths.python(), Paths.fixture("contract/influxdb_client_cycle.py"), "https://localhost:\(gatehouse.port)",
      try Certificate.shared.get().certificate, gatehouse.token, management.organization,
      try management.bucket("metrics/autogen"), "\(Login.writer.name):\(Login.writer.password)",
    ])
    #expect(command.status == 0, "\(command.output)\(command.errors)")
  }

  /// The six requests of "Authorizations (v1-compatible)", letter by letter but for port, token and identifier.
  @Test func answersThePublishedExamplesAsPrinted() throws {
    try Scene.play(settings: { $0.hasOperatorToken = true }) { scene in
      let management = try ManagementClient(scene.gatehouse)
      let id = try management.create("example", password: nil, reads: ["metrics"], description: "before")
      let base = "http://localhost:\(scene.gatehouse.plainPort)"
      func curl(_ arguments: String...) throws -> (body: String, status: String) {
        let command = try Command.succeed(
          ["curl", "-sS", "-w", "\n%{http_code}"] + arguments
            + ["--header", "Authorization: Bearer \(scene.gatehouse.token)"])
        let end = command.output.lastIndex(of: "\n") ?? command.output.startIndex
        return (String(command.output[..<end]), String(command.output[end...].dropFirst()))
      }
      let authorizations = "\(base)/legacy/authorizations"
      let list = try curl("--request", "GET", authorizations)
      #expect(list.status == "200" && list.body.contains("\"example\""), "\(list)")
      // Printed without a body and without a length.
      let create = try curl("--request", "POST", authorizations, "--header", "Content-Type: application/json")
      #expect(create.status == "400" && create.body.contains("invalid json structure"), "\(create)")
      let show = try curl("--request", "GET", "\(authorizations)/\(id)")
      #expect(show.status == "200" && show.body.contains("\"before\""), "\(show)")
      let update = try curl(
        "--request", "PATCH", "\(authorizations)/\(id)", "--header", "Content-Type: application/json", "--data",
        "{\n  \"description\": \"DESCRIPTION\",\n  \"status\": \"active\"\n}")
      #expect(update.status == "200" && update.body.contains("\"DESCRIPTION\""), "\(update)")
      let password = try curl(
        "--request", "POST", "\(authorizations)/\(id)/password", "--header", "Content-Type: application/json",
        "--data", "{\n  \"password\": \"PASSWORD\"\n}")
      #expect(password.status == "204" && password.body.isEmpty, "\(password)")
      let login = Login(name: "example", password: "PASSWORD", hash: "")
      #expect(try scene.connect().exchange(Request.query("SELECT v FROM cpu", login: login)).status == 200)
      let delete = try curl("--request", "DELETE", "\(authorizations)/\(id)")
      #expect(delete.status == "204" && delete.body.isEmpty, "\(delete)")
      #expect(try scene.connect().exchange(Request.query("SELECT v FROM cpu", login: login)).status == 401)
    }
  }
}
